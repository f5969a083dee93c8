//! Whether the token may do what flows need, asked without writing: an empty document is none, and `If-Match` names a version that no
//! document has.

use flow::Class;
use outbound::Right;
use serde_json::{Map, Value};

use super::Generic;
use crate::Error;
use crate::document::Kind;

/// A key and an id that nothing has.
const NOTHING: &str = "tb-check";

/// Asks for each. Twelve calls.
pub(super) async fn of(port: &Generic) -> Vec<Right> {
    let mut rights = Vec::new();
    // Credit notes are invoices.
    for kind in [Kind::Order, Kind::Invoice, Kind::Payment, Kind::Journal] {
        let path = format!("/{}", kind.plural());
        let read: Result<Value, Error> = port.get(&path, "?limit=1", format!("list {path}")).await;
        rights.push(Right::probed(format!("read {}", kind.plural()), read.map_err(Into::into), &[]));
    }
    for kind in [Kind::Customer, Kind::Item, Kind::Order, Kind::Invoice, Kind::Payment, Kind::Journal] {
        let written = port.put_nothing(kind, NOTHING).await;
        let name = format!("write {}", kind.plural());
        rights.push(Right::probed(name, written.map_err(Into::into), &[Class::Conflict, Class::Validation]));
    }
    for verb in ["confirm", "cancel"] {
        let done: Result<Map<String, Value>, Error> = port.act(Kind::Order, NOTHING, verb).await;
        rights.push(Right::probed(format!("{verb} orders"), done.map_err(Into::into), &[Class::NotFound]));
    }
    rights
}
