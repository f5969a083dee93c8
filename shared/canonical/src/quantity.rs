//! Decimals that are not money: quantities and rates.

use std::borrow::Cow;
use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::money::decimal;

macro_rules! decimal_newtype {
    ($(#[$doc:meta])* $name:ident, $description:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Decimal);

        impl $name {
            /// The value of a decimal, without trailing zeros.
            #[must_use]
            pub fn new(value: Decimal) -> Self {
                Self(value.normalize())
            }

            /// The decimal.
            #[must_use]
            pub fn get(self) -> Decimal {
                self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;

            fn try_from(text: String) -> Result<Self, Error> {
                decimal(&text).map(Self::new)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0.to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string", "description": $description, "pattern": "^-?[0-9]+(\\.[0-9]+)?$"
                })
            }
        }
    };
}

decimal_newtype!(
    /// How many of something; may be fractional (metres, kilos). Decimal text in JSON: `"2"`, `"0.5"`.
    Quantity,
    "a quantity, as decimal text"
);
decimal_newtype!(
    /// A rate or a percentage. Decimal text in JSON: `"0.9137"`, `"8.25"`.
    Rate,
    "a rate or percentage, as decimal text"
);
