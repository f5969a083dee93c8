//! Values as Magento writes them: JSON numbers with PHP's noise, numbers in quotes, null, or nothing at all.

use canonical::money::decimal;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Largest amount, rate or quantity that is believed: the product of two, and the sum of all rows of an order, still fit
/// a decimal. Magento's columns hold 16 digits before the point (`Sales/etc/db_schema.xml` of magento/magento2), real
/// orders a few.
const AMOUNT_MAX: Decimal = Decimal::from_parts(276_447_232, 23_283, 0, false, 0);

/// Decimals that are kept: two more than Magento's columns hold, and few enough that PHP's noise is gone.
const DIGITS: u32 = 6;

/// A decimal, read from its text: it never passes through a binary float. `29.949999999999999` is 29.95.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Amount(pub(crate) Decimal);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get().trim_matches('"');
        if text.is_empty() || text == "null" {
            return Ok(Self::default());
        }
        let amount = decimal(text).map_err(D::Error::custom)?;
        if amount.abs() > AMOUNT_MAX {
            return Err(D::Error::custom("a number is too large to be an amount"));
        }
        Ok(Self(amount.round_dp_with_strategy(DIGITS, RoundingStrategy::MidpointAwayFromZero)))
    }
}

/// A whole number that may come in quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Whole(pub(crate) u64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        match raw.get() {
            "null" | "false" | "\"\"" => Ok(Self(0)),
            "true" => Ok(Self(1)),
            text => {
                let text = text.trim_matches('"');
                text.parse()
                    .map(Self)
                    .map_err(|_| D::Error::custom(format!("`{text:.20}` is no whole number")))
            }
        }
    }
}

/// The value of an amount that may be absent: absent is nothing.
pub(crate) fn value(amount: Option<Amount>) -> Decimal {
    amount.unwrap_or_default().0
}

/// A text that may be null: nothing is written.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_a_number_is_read() {
        let read = |json: &str| serde_json::from_str::<Amount>(json).map(|amount| amount.0.to_string()).ok();
        assert_eq!(read("12.5").as_deref(), Some("12.5"));
        assert_eq!(read("\"0.0000\"").as_deref(), Some("0.0000"));
        assert_eq!(read("29.949999999999999").as_deref(), Some("29.950000"));
        assert_eq!(read("14970.499999999998").as_deref(), Some("14970.500000"));
        assert_eq!(read("3.5527136788005e-15").as_deref(), Some("0.000000"));
        assert_eq!(read("\"\"").as_deref(), Some("0"));
        assert_eq!(read("null").as_deref(), Some("0"));
        assert_eq!(AMOUNT_MAX.to_string(), "100000000000000");
        assert!(read("-100000000000000").is_some() && read("100000000000001").is_none());
        assert_eq!(read("79228162514264337593543950335"), None);
        assert_eq!(read("\"abc\""), None);
        assert_eq!(read("[1]"), None);
        assert_eq!(serde_json::from_str::<Whole>("\"7\"").ok(), Some(Whole(7)));
        assert_eq!(serde_json::from_str::<Whole>("\"\"").ok(), Some(Whole(0)));
        assert_eq!(serde_json::from_str::<Whole>("-1").ok(), None);
    }
}
