//! `PUT /{kind}/{key}`: the key makes it one and the same.

use serde_json::{Map, Value};

use super::document::{Document, Kind, hash};
use super::state::State;
use super::{Outcome, invoice, journal, order, party, payment, shipment};
use crate::ErpSettings;
use crate::problem::Problem;
use crate::reply::Incoming;

/// Longest key, characters.
const KEY_CHARS_MAX: usize = 140;

/// Creates, finds the same, changes what may change, or refuses.
pub(crate) fn put(
    state: &mut State,
    settings: &ErpSettings,
    kind: Kind,
    key: &str,
    incoming: &Incoming,
) -> Outcome {
    if key.is_empty() || key.len() > KEY_CHARS_MAX || !key.is_ascii() {
        let detail = format!("a key is 1 to {KEY_CHARS_MAX} ASCII characters");
        return Err(Problem::new(400, "key_invalid", detail));
    }
    let content = body(incoming)?;
    let hash = hash(&content);
    let existing = state.find(kind, key).filter(|_| !incoming.race).cloned();
    check_match(existing.as_ref(), incoming)?;
    match existing {
        Some(document) if document.hash == hash => Ok((200, document.json())),
        Some(document) if kind.changes() => {
            let computed = check(state, settings, kind, key, &content)?;
            let document = state.update(Document { content, hash, computed, ..document });
            Ok((200, document.json()))
        }
        Some(document) => {
            let detail = format!("`{key}` holds other content");
            Err(Problem::new(409, "content_differs", detail).with("existing_hash", document.hash))
        }
        None => {
            let computed = check(state, settings, kind, key, &content)?;
            let document = state.insert(kind, key, content, hash, computed);
            took_effect(state, settings, &document)?;
            Ok((201, document.json()))
        }
    }
}

/// What is refused, and what is worked out.
fn check(
    state: &State,
    settings: &ErpSettings,
    kind: Kind,
    key: &str,
    content: &Value,
) -> Result<Map<String, Value>, Problem> {
    match kind {
        Kind::Customer => party::check_customer(content),
        Kind::Item => party::check_item(settings, key, content),
        Kind::Order => order::check(state, settings, content),
        Kind::Invoice => invoice::check(state, content),
        Kind::Payment => payment::check(state, settings, content),
        Kind::Journal => journal::check(state, settings, content),
        Kind::Shipment => shipment::check(state, content),
    }
}

/// What a new document does to ledger and stock.
fn took_effect(state: &mut State, settings: &ErpSettings, document: &Document) -> Result<(), Problem> {
    match document.kind {
        Kind::Customer | Kind::Order => Ok(()),
        Kind::Item => {
            super::stock::begin(state, settings, document);
            Ok(())
        }
        Kind::Invoice => invoice::book(state, settings, document),
        Kind::Payment => payment::book(state, settings, document),
        Kind::Journal => journal::book(state, settings, document),
        Kind::Shipment => {
            shipment::take_stock(state, document);
            Ok(())
        }
    }
}

/// The body as a JSON object.
pub(crate) fn body(incoming: &Incoming) -> Result<Value, Problem> {
    let parsed: Result<Value, _> = serde_json::from_slice(&incoming.body);
    match parsed {
        Ok(content) if content.is_object() => Ok(content),
        Ok(_) => Err(Problem::new(400, "malformed", "the body is no JSON object")),
        Err(error) => Err(Problem::new(400, "malformed", format!("the body is no JSON: {error}"))),
    }
}

fn check_match(existing: Option<&Document>, incoming: &Incoming) -> Result<(), Problem> {
    let Some(wanted) = incoming.header("if-match") else { return Ok(()) };
    let is = existing.map(|document| format!("\"{}\"", document.version));
    if is.as_deref() == Some(wanted) || (wanted == "*" && is.is_some()) {
        return Ok(());
    }
    Err(Problem::new(412, "precondition_failed", "the document has another version"))
}
