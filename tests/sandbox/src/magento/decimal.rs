//! Amounts in JSON, by their text.

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;

/// An amount of an object; absent and null are nothing.
pub(super) fn amount(of: &Value, name: &str) -> Decimal {
    match &of[name] {
        Value::Number(number) => number.to_string().parse().unwrap_or_default(),
        Value::String(text) => text.parse().unwrap_or_default(),
        _ => Decimal::ZERO,
    }
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

/// An amount as Magento prints it.
pub(super) fn json(amount: Decimal) -> Value {
    serde_json::from_str(&amount.normalize().to_string()).unwrap_or(Value::Null)
}

/// Magento's price precision.
pub(super) fn round(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}
