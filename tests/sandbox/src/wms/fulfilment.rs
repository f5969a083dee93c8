//! Fulfilment requests: `received` → `picking` → `shipped`, or `cancelled` before that.

use std::collections::HashMap;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::event::Event;
use crate::WmsSettings;
use crate::clock;
use crate::erp::{Outcome, body, content_hash, decimal};
use crate::problem::Problem;
use crate::reply::Incoming;
use crate::shelf::{Shelf, View};

/// Longest key, characters.
const KEY_CHARS_MAX: usize = 140;

#[derive(Clone, Debug)]
struct Fulfilment {
    id: String,
    key: String,
    state: &'static str,
    content: Value,
    hash: String,
    updated_at: Timestamp,
}

impl Fulfilment {
    fn json(&self) -> Value {
        let mut value = self.content.clone();
        value["id"] = json!(self.id);
        value["key"] = json!(self.key);
        value["state"] = json!(self.state);
        value["updated_at"] = json!(self.updated_at.to_string());
        value
    }
}

/// All requests and events.
#[derive(Debug, Default)]
pub(crate) struct State {
    shelf: Shelf<Fulfilment>,
    by_key: HashMap<String, Vec<String>>,
    events: Vec<Event>,
}

impl State {
    /// `PUT /fulfilments/{key}`: may change until picking begins.
    pub(crate) fn put(&mut self, settings: &WmsSettings, key: &str, incoming: &Incoming) -> Outcome {
        if key.is_empty() || key.len() > KEY_CHARS_MAX || !key.is_ascii() {
            let detail = format!("a key is 1 to {KEY_CHARS_MAX} ASCII characters");
            return Err(Problem::new(400, "key_invalid", detail));
        }
        let content = body(incoming)?;
        let hash = content_hash(&content);
        let existing = self.find(key, View::NOW).filter(|_| !incoming.race).cloned();
        let updated_at = clock::now();
        match existing {
            Some(found) if found.hash == hash => Ok((200, found.json())),
            Some(found) if found.state == "received" => {
                check(settings, &content)?;
                let changed = Fulfilment { content, hash, updated_at, ..found };
                self.shelf.put(&changed.id, changed.clone());
                Ok((200, changed.json()))
            }
            Some(found) => {
                let code = match found.state {
                    "shipped" => "already_shipped",
                    "cancelled" => "already_cancelled",
                    _ => "already_picking",
                };
                Err(Problem::new(409, code, format!("`{key}` is {}", found.state)))
            }
            None => {
                check(settings, &content)?;
                let id = format!("FUL-{:06}", self.shelf.len() + 1);
                let made =
                    Fulfilment { id, key: key.to_owned(), state: "received", content, hash, updated_at };
                self.shelf.put(&made.id, made.clone());
                self.by_key.entry(key.to_owned()).or_default().push(made.id.clone());
                Ok((201, made.json()))
            }
        }
    }

    /// `POST /fulfilments/{key}/cancel`: repeatable, not after it has left.
    pub(crate) fn cancel(&mut self, key: &str) -> Outcome {
        let found = self.required(key)?;
        match found.state {
            "cancelled" => Ok((200, found.json())),
            "shipped" => Err(Problem::new(409, "already_shipped", format!("`{key}` has left the warehouse"))),
            _ => Ok((200, self.store(found, "cancelled").json())),
        }
    }

    /// `GET /fulfilments/{key}`.
    pub(crate) fn read(&self, key: &str, view: View) -> Outcome {
        let found = self.find(key, view).ok_or_else(|| Problem::not_found(&format!("fulfilment `{key}`")))?;
        Ok((200, found.json()))
    }

    /// `GET /fulfilments?key=`: every document of the key.
    pub(crate) fn list(&self, incoming: &Incoming) -> Value {
        let key = incoming.parameter("key");
        let rows =
            self.shelf.all(incoming.view).filter(|found| key.as_ref().is_none_or(|key| *key == found.key));
        json!({"data": rows.map(Fulfilment::json).collect::<Vec<_>>(), "next_cursor": null})
    }

    /// Moves it on; an event tells of what leaves or is refused.
    pub(crate) fn advance(&mut self, key: &str, to: &str) -> Result<Option<Event>, Problem> {
        let found = self.required(key)?;
        let order = found.content["order_number"].clone();
        match (found.state, to) {
            ("received", "picking") => {
                self.store(found, "picking");
                Ok(None)
            }
            ("received" | "picking", "shipped") => {
                let data = json!({
                    "key": key,
                    "order_number": order,
                    "shipment_id": format!("PRC-{}", found.id),
                    "lines": found.content["lines"],
                    "tracking": [{"carrier": "ups", "number": format!("1ZSBX{}", &found.id[4..])}],
                });
                self.store(found, "shipped");
                Ok(Some(self.tell("shipment.created", key, data)))
            }
            ("received", "rejected") => {
                let data = json!({"key": key, "order_number": order, "reason": "address_not_served"});
                self.store(found, "cancelled");
                Ok(Some(self.tell("order.rejected", key, data)))
            }
            (now, _) => {
                Err(Problem::new(409, "wrong_state", format!("`{key}` is {now}, it cannot become {to}")))
            }
        }
    }

    /// All events, oldest first.
    pub(crate) fn events(&self) -> &[Event] {
        &self.events
    }

    /// All fulfilments, oldest first.
    pub(crate) fn all(&self) -> Vec<Value> {
        self.shelf.all(View::NOW).map(Fulfilment::json).collect()
    }

    fn tell(&mut self, kind: &str, key: &str, data: Value) -> Event {
        let earlier = self.events.iter().filter(|event| event.data["key"] == key).count();
        let event = Event {
            id: format!("wev_{:x}_{:06}", clock::now().as_millisecond(), self.events.len() + 1),
            kind: kind.to_owned(),
            occurred_at: clock::now().to_string(),
            sequence: earlier as u64 + 1,
            data,
        };
        self.events.push(event.clone());
        event
    }

    fn store(&mut self, found: Fulfilment, state: &'static str) -> Fulfilment {
        let changed = Fulfilment { state, updated_at: clock::now(), ..found };
        self.shelf.put(&changed.id, changed.clone());
        changed
    }

    fn required(&self, key: &str) -> Result<Fulfilment, Problem> {
        self.find(key, View::NOW).cloned().ok_or_else(|| Problem::not_found(&format!("fulfilment `{key}`")))
    }

    /// The oldest of a key.
    fn find(&self, key: &str, view: View) -> Option<&Fulfilment> {
        let ids = self.by_key.get(key)?;
        ids.iter().find_map(|id| self.shelf.get(id, view))
    }
}

fn check(settings: &WmsSettings, content: &Value) -> Result<(), Problem> {
    let mut errors = Vec::new();
    let mut need = |pointer: &str| {
        let given =
            content.pointer(pointer).and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty());
        if !given {
            errors.push((pointer.to_owned(), "required"));
        }
    };
    for pointer in ["/order_number", "/service", "/ship_to/name", "/ship_to/city", "/ship_to/country"] {
        need(pointer);
    }
    if content.pointer("/ship_to/street").and_then(Value::as_array).is_none_or(Vec::is_empty) {
        errors.push(("/ship_to/street".to_owned(), "required"));
    }
    if !content["hold"].is_boolean() {
        errors.push(("/hold".to_owned(), "boolean_required"));
    }
    let lines = content["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
    if lines.is_empty() {
        errors.push(("/lines".to_owned(), "lines_required"));
    }
    for (index, line) in lines.iter().enumerate() {
        for name in ["line_id", "sku"] {
            if line[name].as_str().is_none_or(str::is_empty) {
                errors.push((format!("/lines/{index}/{name}"), "required"));
            }
        }
        if line["sku"].as_str().is_some_and(|sku| settings.refused_skus.iter().any(|refused| refused == sku))
        {
            errors.push((format!("/lines/{index}/sku"), "sku_refused"));
        }
        if decimal(&line["qty"]).is_none_or(|qty| qty <= Decimal::ZERO) {
            errors.push((format!("/lines/{index}/qty"), "quantity_invalid"));
        }
    }
    let Some((_, code)) = errors.first() else { return Ok(()) };
    let mut problem = Problem::new(422, code, "the warehouse cannot work with that");
    problem.errors = errors;
    Err(problem)
}
