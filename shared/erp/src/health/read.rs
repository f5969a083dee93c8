//! `erp.health.read`: whose books these are, in one call. `tillbridge check` asks it before any event.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Client, Error};

/// The action's name.
pub const NAME: &str = "erp.health.read";
/// Characters of the ERP's own words that an error keeps.
const WORDS_MAX: usize = 20;

/// Nothing is asked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {}

/// What the ERP says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Output")]
pub struct Health {
    /// Its version.
    pub version: String,
    /// The company's currency.
    pub company_currency: String,
    /// First open day.
    #[serde(default)]
    pub open_from: Option<String>,
}

/// Reads it.
///
/// # Errors
/// [`Error::WrongCompany`] where the books are kept in another currency than the environment file says, or as the ERP
/// answers.
pub async fn run(client: Client, _: Input) -> Result<Health, Error> {
    let health = client.port().health().await?;
    let ours = client.settings().currency;
    if health.company_currency.parse() == Ok(ours) {
        return Ok(health);
    }
    let theirs = canonical::redact(&health.company_currency, WORDS_MAX);
    Err(Error::WrongCompany { ours: ours.code().to_owned(), theirs })
}
