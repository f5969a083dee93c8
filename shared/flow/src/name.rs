//! Names of flows, steps, actions and systems.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A name that is not of its form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct NameError {
    /// What it should have been.
    pub expected: &'static str,
    /// What was given, cut to 60 characters.
    pub text: String,
}

/// Longest name, in characters.
pub const NAME_LENGTH_MAX: usize = 60;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $expected:literal, |$text:ident| $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str($text: &str) -> Result<Self, NameError> {
                if !$text.is_empty() && $text.len() <= NAME_LENGTH_MAX && $valid {
                    Ok(Self($text.to_owned()))
                } else {
                    Err(NameError { expected: $expected, text: $text.chars().take(60).collect() })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "description": $expected })
            }
        }
    };
}

fn snake(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

name!(
    /// A flow: its folder in `shared/flows`, its queue and its function.
    FlowName,
    "a flow's name (lower-case letters, digits and `-`)",
    |text| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
);
name!(
    /// A step's id, which later expressions use as `$id`.
    StepId,
    "a step's id (snake case)",
    |text| snake(text)
);
name!(
    /// A system that a connector speaks to: `stripe`, `magento`, `erp`, `wms`.
    System,
    "a system's name (snake case)",
    |text| snake(text)
);
name!(
    /// `connector.noun.verb`.
    ActionName,
    "an action's name (`connector.noun.verb`)",
    |text| text.split('.').count() == 3 && text.split('.').all(snake)
);

impl ActionName {
    /// The system that the action belongs to: what stands before the first dot.
    #[must_use]
    pub fn system(&self) -> &str {
        self.0.split('.').next().unwrap_or_default()
    }
}
