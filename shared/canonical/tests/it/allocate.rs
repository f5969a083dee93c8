use canonical::{Currency, Money, allocate, apportion};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn eur() -> Currency {
    "EUR".parse().unwrap()
}

proptest! {
    #[test]
    fn shares_add_up_and_are_within_a_unit(
        total in -1_000_000_000_i64..1_000_000_000,
        weights in prop::collection::vec(0_i64..1_000_000, 1..30),
    ) {
        let decimals: Vec<Decimal> = weights.iter().copied().map(Decimal::from).collect();
        let sum: Decimal = decimals.iter().sum();
        let Ok(parts) = allocate(Money::new(total, eur()), &decimals) else {
            prop_assert_eq!(sum, Decimal::ZERO);
            return Ok(());
        };
        prop_assert_eq!(Money::sum(eur(), parts.iter().copied()).unwrap().minor(), total);
        for (part, weight) in parts.iter().zip(&decimals) {
            let exact = Decimal::from(total) * weight / sum;
            let off = (Decimal::from(part.minor()) - exact).abs();
            prop_assert!(off <= Decimal::new(1_000_001, 6), "{} is {} off", part, off);
        }
    }

    #[test]
    fn parts_of_a_total_keep_adding_up_when_they_are_rounded(ten_thousandths in prop::collection::vec(-99_999_999_i64..99_999_999, 1..30)) {
        let parts: Vec<Decimal> = ten_thousandths.iter().map(|part| Decimal::new(*part, 4)).collect();
        let total = Money::rounded(parts.iter().copied().sum(), eur()).unwrap();
        let rounded = apportion(&parts, total).unwrap();
        prop_assert_eq!(Money::sum(eur(), rounded.iter().copied()).unwrap(), total);
        for (rounded, part) in rounded.iter().zip(&parts) {
            prop_assert!((rounded.to_decimal() - part).abs() < Decimal::new(1, 2));
        }
    }
}

#[test]
fn what_has_no_weight_cannot_be_split() {
    for weights in [vec![], vec![Decimal::ZERO], vec![Decimal::ONE, Decimal::NEGATIVE_ONE]] {
        assert!(allocate(Money::new(1, eur()), &weights).is_err());
    }
}

#[test]
fn parts_of_another_total_are_refused() {
    assert!(apportion(&[Decimal::ONE, Decimal::ONE], Money::new(500, eur())).is_err());
}
