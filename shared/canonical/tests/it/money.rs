use canonical::money::decimal;
use canonical::{Currency, Error, Money, Totals};
use proptest::prelude::*;

fn any_currency() -> impl Strategy<Value = Currency> {
    let all: Vec<Currency> = Currency::all().collect();
    (0..all.len()).prop_map(move |index| all[index])
}

proptest! {
    #[test]
    fn text_and_back(minor in any::<i64>(), currency in any_currency()) {
        let money = Money::new(minor, currency);
        prop_assert_eq!(Money::parse(&money.to_decimal().to_string(), currency), Ok(money));
    }

    #[test]
    fn json_and_back_and_never_a_number(minor in any::<i64>(), currency in any_currency()) {
        let money = Money::new(minor, currency);
        let json = serde_json::to_value(money).unwrap();
        prop_assert!(json["minor"].is_string());
        prop_assert_eq!(serde_json::from_value::<Money>(json).unwrap(), money);
    }

    #[test]
    fn rounding_is_half_away_from_zero(tenths in -1_000_000_i64..1_000_000, currency in any_currency()) {
        let tenth = rust_decimal::Decimal::new(tenths, currency.digits() + 1);
        let minor = Money::rounded(tenth, currency).unwrap().minor();
        let expected = (tenths.abs() + 5) / 10 * tenths.signum();
        prop_assert_eq!(minor, expected);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,80}", currency in any_currency()) {
        let _ = decimal(&text);
        let _ = Money::parse(&text, currency);
    }

    #[test]
    fn totals_keep_currencies_apart(minors in prop::collection::vec((0_i64..1_000_000, any_currency()), 0..20)) {
        let totals = Totals::of(minors.iter().map(|(minor, currency)| Money::new(*minor, *currency))).unwrap();
        for (_, currency) in &minors {
            let expected: i64 = minors.iter().filter(|(_, other)| other == currency).map(|(minor, _)| minor).sum();
            prop_assert_eq!(totals.get(*currency).minor(), expected);
        }
    }
}

#[test]
fn what_php_prints_is_read() {
    let eur: Currency = "EUR".parse().unwrap();
    assert!(decimal("3.5527136788005e-15").is_ok());
    assert_eq!(decimal("1.5e-40"), Ok(rust_decimal::Decimal::ZERO));
    assert_eq!(Money::rounded(decimal("29.949999999999999").unwrap(), eur).unwrap().minor(), 2995);
    assert_eq!(Money::rounded(decimal("3.5527136788005e-15").unwrap(), eur).unwrap().minor(), 0);
}

#[test]
fn a_yen_has_no_cents() {
    let jpy: Currency = "jpy".parse().unwrap();
    assert_eq!(Money::rounded(decimal("14970.77").unwrap(), jpy).unwrap().minor(), 14971);
    assert!(matches!(Money::parse("14970.77", jpy), Err(Error::TooPrecise { digits: 0, .. })));
}

#[test]
fn two_currencies_have_no_sum_and_a_large_sum_is_refused() {
    let (eur, usd) = ("EUR".parse().unwrap(), "USD".parse().unwrap());
    assert!(matches!(
        Money::new(1, eur).checked_add(Money::new(1, usd)),
        Err(Error::CurrencyMismatch { .. })
    ));
    assert!(matches!(
        Money::new(i64::MAX, eur).checked_add(Money::new(1, eur)),
        Err(Error::OutOfRange { .. })
    ));
    assert!(matches!(Money::new(i64::MIN, eur).negated(), Err(Error::OutOfRange { .. })));
    assert!(Money::rounded("99999999999999999999".parse().unwrap(), eur).is_err());
}

#[test]
fn a_fraction_of_a_minor_unit_is_no_money() {
    for wire in [
        r#"{"minor": 1.5, "currency": "USD"}"#,
        r#"{"minor": "1.5", "currency": "USD"}"#,
        r#"{"minor": "1"}"#,
    ] {
        assert!(serde_json::from_str::<Money>(wire).is_err(), "{wire}");
    }
}
