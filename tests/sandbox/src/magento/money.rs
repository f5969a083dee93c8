//! Amounts as people read them.
//!
//! Source: `Magento/Directory/Model/Currency::format`, which asks ICU for `en_US`.

use rust_decimal::Decimal;
use serde_json::Value;

use super::amount::round;

/// `$1,234.50` in the order's base currency.
pub(super) fn base(order: &Value, amount: Decimal) -> String {
    let code = order["base_currency_code"].as_str().unwrap_or("USD");
    let symbol = match code {
        "USD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        "JPY" => "¥",
        other => return format!("{other}\u{a0}{}", grouped(amount)),
    };
    let sign = if amount.is_sign_negative() && !amount.is_zero() { "-" } else { "" };
    format!("{sign}{symbol}{}", grouped(amount.abs()))
}

fn grouped(amount: Decimal) -> String {
    let text = format!("{:.2}", round(amount));
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) && digit.is_ascii_digit() {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped}.{cents}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn thousands_are_grouped() {
        let order = |code: &str| json!({ "base_currency_code": code });
        for (code, cents, shown) in [
            ("USD", 500, "$5.00"),
            ("USD", 123_456_789, "$1,234,567.89"),
            ("EUR", 100_000, "€1,000.00"),
            ("USD", -250, "-$2.50"),
            ("CHF", 1_999, "CHF\u{a0}19.99"),
        ] {
            assert_eq!(base(&order(code), Decimal::new(cents, 2)), shown);
        }
    }
}
