//! `GET /{kind}?key=&updated_since=&cursor=&limit=`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Outcome;
use super::document::{Document, Kind};
use super::state::State;
use crate::problem::Problem;
use crate::reply::Incoming;

/// Rows in a page, where nothing is asked.
const LIMIT: usize = 50;
/// Most rows in a page.
const LIMIT_MAX: usize = 200;

/// A page of documents, oldest first.
pub(crate) fn list(state: &State, kind: Kind, incoming: &Incoming) -> Outcome {
    let malformed = |name: &str| Problem::new(400, "malformed", format!("`{name}` cannot be read"));
    let number = |name: &str, otherwise: usize| match incoming.parameter(name) {
        None => Ok(otherwise),
        Some(text) => text.parse::<usize>().map_err(|_| malformed(name)),
    };
    let limit = number("limit", LIMIT)?;
    let from = number("cursor", 0)?;
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Problem::new(400, "limit_invalid", format!("a page has 1 to {LIMIT_MAX} rows")));
    }
    let since = incoming.parameter("updated_since").map(|text| text.parse::<Timestamp>());
    let since = since.transpose().map_err(|_| malformed("updated_since"))?;
    let found: Vec<&Document> = match incoming.parameter("key") {
        Some(key) => state.all_of_key(kind, &key, incoming.view).collect(),
        None => state.documents_at(kind, incoming.view).collect(),
    };
    let rows: Vec<Value> = found
        .into_iter()
        .filter(|document| since.is_none_or(|since| document.updated_at >= since))
        .map(Document::json)
        .collect();
    let end = from.saturating_add(limit).min(rows.len());
    let next = (end < rows.len()).then(|| end.to_string());
    Ok((200, json!({"data": rows.get(from..end).unwrap_or_default(), "next_cursor": next})))
}
