//! `wms.fulfilment.cancel`: no live fulfilment under a key. Converges: one that is cancelled, or was never there, is done.

use canonical::NaturalKey;
use outbound::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::wire::{Held, of_key};
use crate::client::segment;
use crate::{Client, Error};

/// The action's name.
pub const NAME: &str = "wms.fulfilment.cancel";

/// Which.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The fulfilment's key.
    pub key: NaturalKey,
}

/// What is there now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Output {
    /// The key that holds nothing to send any more.
    pub key: NaturalKey,
}

/// The fulfilment's key.
///
/// # Errors
/// None.
pub fn key(_: &Client, input: &Input) -> Result<NaturalKey, Error> {
    Ok(input.key.clone())
}

/// Looks whether nothing is left to cancel. One call.
///
/// # Errors
/// As the warehouse answers.
pub async fn find(client: Client, input: Input) -> Result<Option<Output>, Error> {
    let live = of_key(&client, &input.key).await?;
    Ok(if live.is_empty() { Some(Output { key: input.key }) } else { None })
}

/// Converges.
///
/// # Errors
/// `already_shipped` (class validation): it is on its way; or as the warehouse answers.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    if let Some(output) = find(client.clone(), input.clone()).await? {
        return Ok(output);
    }
    let path = format!("/fulfilments/{}/cancel", segment(input.key.as_str())?);
    let action = format!("cancel fulfilment {}", input.key);
    let body = serde_json::Map::new();
    let _: (Held, bool) = client.send(Method::Post, path, action, Some(&body)).await?;
    Ok(Output { key: input.key })
}
