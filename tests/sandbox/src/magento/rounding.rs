//! Rounding that remembers: what one row gains, the next one loses.
//!
//! Source: `lib/internal/Magento/Framework/Math/Calculator.php`, `Sales/Model/Order/{Invoice,Creditmemo}::roundPrice` of
//! magento/magento2.

use rust_decimal::Decimal;

use super::amount::{Side, round};

/// What is rounded: each kind remembers for itself.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Net amounts, taxes and discounts.
    Net,
    /// Row totals with their tax.
    WithTax,
}

/// The remembered rests of one document.
#[derive(Debug, Default)]
pub(super) struct Rounder([Decimal; 4]);

impl Rounder {
    /// Rounds a part that is added.
    pub(super) fn added(&mut self, side: Side, kind: Kind, price: Decimal) -> Decimal {
        let rest = self.rest(side, kind);
        round_with(rest, price, Decimal::ONE)
    }

    /// Rounds a part that is taken away.
    pub(super) fn taken(&mut self, side: Side, kind: Kind, price: Decimal) -> Decimal {
        let rest = self.rest(side, kind);
        round_with(rest, price, Decimal::NEGATIVE_ONE)
    }

    fn rest(&mut self, side: Side, kind: Kind) -> &mut Decimal {
        &mut self.0[match (side, kind) {
            (Side::Order, Kind::Net) => 0,
            (Side::Base, Kind::Net) => 1,
            (Side::Order, Kind::WithTax) => 2,
            (Side::Base, Kind::WithTax) => 3,
        }]
    }
}

fn round_with(rest: &mut Decimal, price: Decimal, sign: Decimal) -> Decimal {
    if price.is_zero() {
        return price;
    }
    let price = price + *rest * sign;
    let rounded = round(price);
    *rest = (price - rounded) * sign;
    rounded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirds_add_up_to_the_whole() {
        let mut rounder = Rounder::default();
        let third = Decimal::ONE / Decimal::from(3);
        let parts: Vec<Decimal> = (0..3).map(|_| rounder.added(Side::Order, Kind::Net, third)).collect();
        assert_eq!(parts.iter().sum::<Decimal>(), Decimal::ONE);
        // The other currency has a rest of its own.
        assert_eq!(rounder.added(Side::Base, Kind::Net, third), Decimal::new(33, 2));
    }

    #[test]
    fn a_discount_gives_back_what_the_price_gained() {
        let mut rounder = Rounder::default();
        let half_cent = Decimal::new(5, 3);
        assert_eq!(rounder.added(Side::Order, Kind::Net, half_cent), Decimal::new(1, 2));
        assert_eq!(rounder.taken(Side::Order, Kind::Net, half_cent), Decimal::new(1, 2));
        assert_eq!(rounder.added(Side::Order, Kind::Net, half_cent), Decimal::new(1, 2));
    }
}
