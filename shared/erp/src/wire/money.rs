//! `{"amount":"12.34","currency":"USD"}`.

use canonical::{Currency, Error, Money};
use serde::{Deserialize, Serialize};

/// Money on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Text", into = "Text")]
pub(crate) struct MoneyText(pub(crate) Money);

#[derive(Serialize, Deserialize)]
struct Text {
    amount: String,
    currency: Currency,
}

impl TryFrom<Text> for MoneyText {
    type Error = Error;

    fn try_from(text: Text) -> Result<Self, Error> {
        Money::parse(&text.amount, text.currency).map(Self)
    }
}

impl From<MoneyText> for Text {
    fn from(MoneyText(money): MoneyText) -> Self {
        // A decimal made of minor units has the currency's scale, and is written with all of it.
        Self { amount: money.to_decimal().to_string(), currency: money.currency() }
    }
}

impl From<Money> for MoneyText {
    fn from(money: Money) -> Self {
        Self(money)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_exactly_the_digits_of_their_currency() {
        for (minor, code, amount) in [
            (1234, "USD", "12.34"),
            (1200, "USD", "12.00"),
            (0, "EUR", "0.00"),
            (-5, "EUR", "-0.05"),
            (14971, "JPY", "14971"),
            (0, "JPY", "0"),
            (1500, "KWD", "1.500"),
            (i64::MAX, "KWD", "9223372036854775.807"),
        ] {
            let currency: Currency = code.parse().expect("a currency");
            let json = serde_json::to_value(MoneyText(Money::new(minor, currency))).expect("JSON");
            assert_eq!(json, serde_json::json!({ "amount": amount, "currency": code }));
            let back: MoneyText = serde_json::from_value(json).expect("money");
            assert_eq!(back.0.minor(), minor);
        }
        for wrong in [r#"{"amount":"1.005","currency":"USD"}"#, r#"{"amount":1.5,"currency":"USD"}"#] {
            assert!(serde_json::from_str::<MoneyText>(wrong).is_err(), "{wrong}");
        }
    }
}
