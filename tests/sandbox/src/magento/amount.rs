//! Amounts in JSON, by their text; and the two currencies that each of them comes in.

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;

/// Decimals that the database keeps.
const STORED_DIGITS: u32 = 4;

/// Which of an order's two currencies an amount is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The order's own.
    Order,
    /// The website's base currency.
    Base,
}

impl Side {
    pub(super) const BOTH: [Self; 2] = [Self::Order, Self::Base];

    /// The column of that name in this currency.
    pub(super) fn column(self, name: &str) -> String {
        match (self, name) {
            (Self::Order, name) => name.to_owned(),
            // Magento's own column is cut off.
            (Self::Base, "shipping_discount_tax_compensation_amount") => {
                "base_shipping_discount_tax_compensation_amnt".to_owned()
            }
            (Self::Base, name) => format!("base_{name}"),
        }
    }

    /// An amount in this currency.
    pub(super) fn of(self, value: &Value, name: &str) -> Decimal {
        amount(value, &self.column(name))
    }

    /// Sets an amount in this currency.
    pub(super) fn set(self, value: &mut Value, name: &str, amount: Decimal) {
        set(value, &self.column(name), amount);
    }

    /// Adds to an amount in this currency; a column that was absent is there afterwards.
    pub(super) fn add(self, value: &mut Value, name: &str, by: Decimal) {
        add(value, &self.column(name), by);
    }
}

/// An amount of an object; absent and null are nothing.
pub(super) fn amount(of: &Value, name: &str) -> Decimal {
    parsed(&of[name]).unwrap_or_default()
}

/// A number, or a text that holds one; exponents are PHP's float noise.
pub(super) fn parsed(value: &Value) -> Option<Decimal> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    text.parse().or_else(|_| Decimal::from_scientific(&text)).ok()
}

/// Sets an amount as Magento prints it: `34`, `12.5`.
pub(super) fn set(of: &mut Value, name: &str, amount: Decimal) {
    of[name] = json(amount);
}

/// Adds to an amount.
pub(super) fn add(of: &mut Value, name: &str, by: Decimal) {
    let sum = amount(of, name) + by;
    set(of, name, sum);
}

/// An amount as Magento prints it, with what the database keeps of it.
pub(super) fn json(amount: Decimal) -> Value {
    let stored = amount.round_dp_with_strategy(STORED_DIGITS, RoundingStrategy::MidpointAwayFromZero);
    serde_json::from_str(&stored.normalize().to_string()).unwrap_or(Value::Null)
}

/// Magento's price precision, whatever the currency.
pub(super) fn round(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// What a whole has for some of its pieces. The product comes first, so that nothing is lost before the division.
pub(super) fn share(whole: Decimal, pieces: Decimal, of: Decimal) -> Decimal {
    if of.is_zero() { Decimal::ZERO } else { whole * pieces / of }
}
