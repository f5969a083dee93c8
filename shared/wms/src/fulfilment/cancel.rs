//! `wms.fulfilment.cancel`: nothing under a key leaves the warehouse any more. Converges: one that is cancelled, or was never there, is
//! done; so is one that has left, which is said.

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
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a fulfilment that is not wanted any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing is sent: it is called off, or was never asked for.
    NothingToSend,
    /// It had left before: only the customer can send it back.
    AlreadyShipped,
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
    let outcome = if live.is_empty() {
        Outcome::NothingToSend
    } else if live.iter().all(Held::is_shipped) {
        Outcome::AlreadyShipped
    } else {
        return Ok(None);
    };
    Ok(Some(Output { key: input.key, outcome }))
}

/// Converges.
///
/// # Errors
/// `already_picking` (class validation) where the warehouse calls off nothing that it has in hand; or as it answers.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    if let Some(output) = find(client.clone(), input.clone()).await? {
        return Ok(output);
    }
    let path = format!("/fulfilments/{}/cancel", segment(input.key.as_str())?);
    let action = format!("cancel fulfilment {}", input.key);
    let body = serde_json::Map::new();
    let answer: Result<(Held, bool), Error> = client.send(Method::Post, path, action, Some(&body)).await;
    let outcome = match answer {
        Ok(_) => Outcome::NothingToSend,
        // It left between the two requests.
        Err(error) if error.says("already_shipped") => Outcome::AlreadyShipped,
        Err(error) => return Err(error),
    };
    Ok(Output { key: input.key, outcome })
}
