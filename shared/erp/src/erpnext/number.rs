//! Numbers as ERPNext reads and writes them. None passes through a binary float of ours.

use canonical::{Currency, Money, Rate};
use rust_decimal::Decimal;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// Decimals of a rate: what the field holds (`exchange_rate` has a precision of 9).
const RATE_DIGITS: u32 = 9;

/// A JSON number, with the digits that it was made with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Number(pub(super) Decimal);

impl Number {
    /// An amount, with exactly its currency's digits.
    pub(super) fn of(money: Money) -> Self {
        Self(money.to_decimal())
    }

    /// The rate of a row in another currency than the company's. A rate of exactly 1 is replaced by one that ERPNext looks up
    /// (`erpnext/accounts/doctype/journal_entry/journal_entry.py`), so that it is sent as the next one that the field holds.
    pub(super) fn of_rate(rate: Rate) -> Self {
        let rate = rate.get().round_dp(RATE_DIGITS);
        Self(if rate == Decimal::ONE { rate + Decimal::new(1, RATE_DIGITS) } else { rate })
    }

    /// The number as an amount, rounded to the currency's digits: sites work amounts out as floats.
    pub(super) fn money(self, currency: Currency) -> Option<Money> {
        Money::rounded(self.0, currency).ok()
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        match raw.get().trim_matches('"') {
            "" | "null" => Ok(Self::default()),
            text => canonical::money::decimal(text).map(Self).map_err(D::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_their_currencys_digits_and_rates_are_never_1() {
        let sent = |minor, currency: &str| {
            let money = Money::new(minor, currency.parse().expect("a currency"));
            serde_json::to_string(&Number::of(money)).expect("JSON")
        };
        assert_eq!(sent(1230, "USD"), "12.30");
        assert_eq!(sent(14971, "JPY"), "14971");
        assert_eq!(sent(-1500, "KWD"), "-1.500");
        let rate = |text: &str| {
            let rate = Rate::try_from(text.to_owned()).expect("a rate");
            serde_json::to_string(&Number::of_rate(rate)).expect("JSON")
        };
        assert_eq!(rate("1.0945"), "1.0945");
        assert_eq!(rate("1"), "1.000000001");
    }

    #[test]
    fn what_a_float_left_is_rounded_away() {
        let usd = "USD".parse().expect("a currency");
        for (text, minor) in [("91.33", 9133), ("91.33000000000001", 9133), ("1e2", 10_000), ("null", 0)] {
            let number: Number = serde_json::from_str(text).expect("a number");
            assert_eq!(number.money(usd).map(Money::minor), Some(minor), "{text}");
        }
    }
}
