//! Numbers as Magento writes them: JSON numbers with PHP's noise, numbers in quotes, or not at all.

use canonical::money::decimal;
use rust_decimal::Decimal;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A decimal, read from its text: it never passes through a binary float.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Amount(pub(crate) Decimal);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get().trim_matches('"');
        if text.is_empty() || text == "null" {
            return Ok(Self::default());
        }
        decimal(text).map(Self).map_err(D::Error::custom)
    }
}

/// A whole number that may come in quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Whole(pub(crate) u64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        match raw.get() {
            "null" | "false" => Ok(Self(0)),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_a_number_is_read() {
        let read = |json: &str| serde_json::from_str::<Amount>(json).map(|amount| amount.0.to_string()).ok();
        assert_eq!(read("12.5").as_deref(), Some("12.5"));
        assert_eq!(read("\"0.0000\"").as_deref(), Some("0.0000"));
        assert_eq!(read("29.949999999999999").as_deref(), Some("29.949999999999999"));
        assert!(read("3.5527136788005e-15").is_some());
        assert_eq!(read("\"\"").as_deref(), Some("0"));
        assert_eq!(read("\"abc\""), None);
        assert_eq!(read("[1]"), None);
        assert_eq!(serde_json::from_str::<Whole>("\"7\"").ok(), Some(Whole(7)));
    }
}
