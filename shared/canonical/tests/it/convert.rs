//! Amounts in another currency, and the rate of a journal's line.

use canonical::{Currency, JournalLine, Money, Rate};
use proptest::prelude::*;

fn money(minor: i64, currency: &str) -> Money {
    Money::new(minor, currency.parse().unwrap())
}

fn rate(text: &str) -> Rate {
    Rate::try_from(text.to_owned()).unwrap()
}

fn line(amount: Money, base: Money) -> JournalLine {
    JournalLine::new("1200".parse().unwrap(), amount, base)
}

#[test]
fn an_amount_is_rounded_to_the_digits_of_the_other_currency() {
    let usd: Currency = "USD".parse().unwrap();
    for (amount, at, base) in [
        (money(9200, "EUR"), "1.0945", 10_069),
        (money(-9200, "EUR"), "1.0945", -10_069),
        (money(50, "EUR"), "0.01", 1),
        (money(-50, "EUR"), "0.01", -1),
        (money(14_971, "JPY"), "0.0066", 9_881),
        (money(1_500, "KWD"), "3.2541", 488),
        (money(1, "JPY"), "0.0001", 0),
    ] {
        assert_eq!(amount.converted(rate(at), usd), Ok(Money::new(base, usd)), "{amount} at {at}");
    }
    assert!(money(i64::MAX, "EUR").converted(rate("1.1"), usd).is_err());
}

#[test]
fn a_line_has_the_shortest_rate_that_makes_it() {
    let of = |amount, base| line(amount, base).rate();
    assert_eq!(of(money(9200, "EUR"), money(10_069, "USD")), Some(rate("1.0945")));
    assert_eq!(of(money(-9200, "EUR"), money(-10_069, "USD")), Some(rate("1.0945")));
    assert_eq!(of(money(14_971, "JPY"), money(9_881, "USD")), Some(rate("0.0066")));
    // Nothing in the company's currency, and still at a rate above nothing.
    assert_eq!(of(money(1, "JPY"), money(0, "USD")), Some(rate("0.001")));
    assert_eq!(of(money(5, "USD"), money(5, "USD")), None);
    assert_eq!(of(money(0, "EUR"), money(0, "USD")), None);
}

proptest! {
    #[test]
    fn a_line_made_at_a_rate_has_one_that_makes_it_and_is_no_longer(
        minor in 1_i64..1_000_000_000_000, from in 0_usize..3, to in 0_usize..3, millionths in 1_i64..2_000_000_000,
        credit in any::<bool>(),
    ) {
        let [from, to]: [Currency; 2] =
            [["EUR", "JPY", "KWD"][from], ["USD", "KRW", "BHD"][to]].map(|code| code.parse().unwrap());
        let given = Rate::new(rust_decimal::Decimal::new(millionths, 6));
        let amount = Money::new(if credit { -minor } else { minor }, from);
        let base = amount.converted(given, to).unwrap();
        let found = line(amount, base).rate().unwrap();
        prop_assert!(found.get() > rust_decimal::Decimal::ZERO);
        prop_assert_eq!(amount.converted(found, to), Ok(base));
        // One digit more where two rates of as many are as far from the line's own, and the one that is taken rounds away.
        prop_assert!(found.get().scale() <= given.get().scale() + 1, "{found} for {given}");
    }

    /// Whatever a journal may hold: any base of the same sign.
    #[test]
    fn any_base_has_a_rate(minor in 1_i64..1_000_000_000_000, base in 0_i64..1_000_000_000_000) {
        let line = line(money(minor, "EUR"), money(base, "USD"));
        let found = line.rate().unwrap();
        prop_assert_eq!(line.amount.converted(found, line.base.currency()), Ok(line.base));
    }
}
