//! `erp.rights.read`: whether the token may do what flows need. `tillbridge check` asks it before any event. Nothing is
//! written: an empty document is none, and `If-Match` names a version that no document has.

use flow::Class;
use outbound::{Right, Rights};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::document::Kind;
use crate::{Client, Error};

/// The action's name.
pub const NAME: &str = "erp.rights.read";
/// A key and an id that nothing has.
const NOTHING: &str = "tb-check";

/// Nothing is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {}

/// Asks for each. Twelve calls.
///
/// # Errors
/// None: what stands in the way is said of each right.
pub async fn run(client: Client, _: Input) -> Result<Rights, Error> {
    let mut rights = Vec::new();
    // Credit notes are invoices.
    for kind in [Kind::Order, Kind::Invoice, Kind::Payment, Kind::Journal] {
        let path = format!("/{}", kind.plural());
        let read: Result<Value, Error> = client.get(&path, "?limit=1", format!("list {path}")).await;
        rights.push(Right::probed(format!("read {}", kind.plural()), read.map_err(Into::into), &[]));
    }
    for kind in [Kind::Customer, Kind::Item, Kind::Order, Kind::Invoice, Kind::Payment, Kind::Journal] {
        let written = client.put_nothing(kind, NOTHING).await;
        let name = format!("write {}", kind.plural());
        rights.push(Right::probed(name, written.map_err(Into::into), &[Class::Conflict, Class::Validation]));
    }
    for verb in ["confirm", "cancel"] {
        let done: Result<Map<String, Value>, Error> = client.act(Kind::Order, NOTHING, verb).await;
        rights.push(Right::probed(format!("{verb} orders"), done.map_err(Into::into), &[Class::NotFound]));
    }
    Ok(Rights { rights })
}
