//! `erp.rights.read`: whether the token may do what flows need. `tillbridge check` asks it before any event. Nothing is
//! written.

use outbound::Rights;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{Client, Error};

/// The action's name.
pub const NAME: &str = "erp.rights.read";

/// Nothing is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {}

/// Asks for each.
///
/// # Errors
/// None: what stands in the way is said of each right.
pub async fn run(client: Client, _: Input) -> Result<Rights, Error> {
    Ok(Rights { rights: client.port().rights().await })
}
