//! `wms.fulfilment.put`: one fulfilment request under its key. Converges: one that is there for the same goods is kept,
//! whatever the warehouse has done with it since. Two calls: put, and a find for a second one.

use canonical::{Fulfilment, NaturalKey};
use outbound::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::wire::{Body, Held, of_key};
use crate::client::segment;
use crate::{Client, Error};

/// The action's name.
pub const NAME: &str = "wms.fulfilment.put";

/// What is to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The request.
    pub document: Fulfilment,
}

/// What is there now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Output {
    /// The warehouse's id.
    pub id: String,
    /// The key.
    pub key: NaturalKey,
}

/// The document's own key.
///
/// # Errors
/// None.
pub fn key(_: &Client, input: &Input) -> Result<NaturalKey, Error> {
    Ok(input.document.key.clone())
}

/// Looks for the request. One call.
///
/// # Errors
/// [`Error::ContentDiffers`] where the key holds other goods, [`Error::DuplicateDocument`] where it holds two requests, or as the
/// warehouse answers.
pub async fn find(client: Client, input: Input) -> Result<Option<Output>, Error> {
    let fulfilment = input.document;
    let held = sole(&client, &fulfilment.key).await?;
    held.map(|held| kept(&fulfilment, held)).transpose()
}

/// Converges.
///
/// # Errors
/// As the warehouse answers.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let fulfilment = &input.document;
    let path = format!("/fulfilments/{}", segment(fulfilment.key.as_str())?);
    let action = format!("put fulfilment {}", fulfilment.key);
    let put: Result<(Held, bool), Error> =
        client.send(Method::Put, path, action, Some(&Body::from(fulfilment))).await;
    let held = match put {
        Ok((held, _)) => held,
        // It is being picked: then it is there, and what it holds decides.
        Err(error) if error.says("already_picking") || error.says("already_shipped") => {
            return find(client, input.clone()).await?.ok_or(error);
        }
        Err(error) if error.says("already_cancelled") => {
            return Err(Error::DocumentCancelled { key: fulfilment.key.clone() });
        }
        Err(error) => return Err(error),
    };
    // The same bytes are answered with what they made, which may have been called off since.
    if held.is_cancelled() {
        return Err(Error::DocumentCancelled { key: fulfilment.key.clone() });
    }
    // A list that lags does not show it yet.
    sole(&client, &fulfilment.key).await?;
    kept(fulfilment, held)
}

/// The one request under a key that is not cancelled, where there is one; two are for a person.
async fn sole(client: &Client, key: &NaturalKey) -> Result<Option<Held>, Error> {
    let mut held = of_key(client, key).await?.into_iter();
    let Some(first) = held.next() else { return Ok(None) };
    let others: Vec<String> = held.map(|held| held.id).collect();
    if others.is_empty() {
        return Ok(Some(first));
    }
    let others = others.join(", ");
    Err(Error::DuplicateDocument { key: key.clone(), kept: first.id, others })
}

fn kept(fulfilment: &Fulfilment, held: Held) -> Result<Output, Error> {
    if held.is_for(fulfilment) {
        Ok(Output { id: held.id, key: fulfilment.key.clone() })
    } else {
        Err(Error::ContentDiffers { key: fulfilment.key.clone(), id: held.id })
    }
}
