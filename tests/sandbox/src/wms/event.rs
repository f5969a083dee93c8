//! What the warehouse tells.

use serde::Serialize;
use serde_json::Value;

use crate::problem::Problem;

/// An event; its body is what the webhook carries.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Event {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) occurred_at: String,
    /// Rising by one per order.
    pub(crate) sequence: u64,
    pub(crate) data: Value,
}

/// All after an event, oldest first; from the beginning where none is named.
pub(crate) fn after<'a>(events: &'a [Event], id: &str) -> Result<&'a [Event], Problem> {
    if id.is_empty() {
        return Ok(events);
    }
    let place = events.iter().position(|event| event.id == id);
    let place = place.ok_or_else(|| Problem::not_found(&format!("event `{id}`")))?;
    Ok(&events[place + 1..])
}
