//! Accounts of a merchant's chart.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::cut;

/// Characters of an account's name; ERPNext's have up to 140.
const CODE_CHARS_MAX: usize = 140;

/// An account of the merchant's chart, as the ERP names it (`1200`, `Stripe Clearing - TC`). A chart has few and a month of journals
/// has millions of lines, so that its text is shared.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountCode(Arc<str>);

impl AccountCode {
    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountCode {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let fits = !text.is_empty() && text.chars().count() <= CODE_CHARS_MAX;
        if fits && text.trim() == text && !text.chars().any(char::is_control) {
            Ok(Self(text.into()))
        } else {
            Err(Error::MalformedId {
                expected: "an account code (at most 140 characters)",
                text: cut(text, 40),
            })
        }
    }
}

impl TryFrom<String> for AccountCode {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<AccountCode> for String {
    fn from(code: AccountCode) -> Self {
        code.as_str().to_owned()
    }
}

impl fmt::Display for AccountCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl schemars::JsonSchema for AccountCode {
    fn schema_name() -> Cow<'static, str> {
        "AccountCode".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "minLength": 1, "description": "an account code (at most 140 characters)"
        })
    }
}
