//! `wms.rights.read`: whether the token may do what flows need. `tillbridge check` asks it before any event. Nothing is
//! written: what is called off is not there.

use flow::Class;
use outbound::{Method, Right, Rights};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{Client, Error};

/// The action's name.
pub const NAME: &str = "wms.rights.read";

/// Nothing is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {}

/// Asks for each. Two calls.
///
/// # Errors
/// None: what stands in the way is said of each right.
pub async fn run(client: Client, _: Input) -> Result<Rights, Error> {
    let path = "/fulfilments?limit=1".to_owned();
    let read: Result<(Value, bool), Error> =
        client.send(Method::Get, path, "list a fulfilment".to_owned(), None::<&()>).await;
    let (path, action) = ("/fulfilments/tb-check/cancel".to_owned(), "cancel fulfilment tb-check".to_owned());
    let written: Result<(Value, bool), Error> =
        client.send(Method::Post, path, action, Some(&Map::new())).await;
    Ok(Rights {
        rights: vec![
            Right::probed("read fulfilments", read.map_err(Into::into), &[]),
            Right::probed("write fulfilments", written.map_err(Into::into), &[Class::NotFound]),
        ],
    })
}
