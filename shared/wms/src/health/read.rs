//! `wms.health.read`: whether the warehouse knows us and shows its fulfilments, in one call. `tillbridge check` asks it
//! before any event.

use outbound::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Client, Error};

/// The action's name.
pub const NAME: &str = "wms.health.read";

/// Nothing is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {}

/// It answered: there is nothing else to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Output {}

/// What every list has.
#[derive(Debug, Deserialize)]
struct Page {
    #[serde(rename = "data")]
    _data: Vec<serde_json::Value>,
}

/// Asks for one fulfilment, whichever.
///
/// # Errors
/// As the warehouse answers.
pub async fn run(client: Client, _: Input) -> Result<Output, Error> {
    let path = "/fulfilments?limit=1".to_owned();
    let _: (Page, bool) = client.send(Method::Get, path, "list a fulfilment".to_owned(), None::<&()>).await?;
    Ok(Output {})
}
