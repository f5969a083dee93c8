//! The account's objects, their ids and events.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

use super::account::Account;
use super::agenda::{Agenda, Due};
use super::object;
use super::previous::previous;
use crate::StripeSettings;
use crate::shelf::{Shelf, View};

/// Everything of the account. Members whose name begins with `_` are ours and are never served.
#[derive(Debug)]
pub(crate) struct Books {
    /// By kind: one is listed far more often than all.
    shelves: BTreeMap<String, Shelf<Value>>,
    /// Of which kind an id is.
    kinds: HashMap<String, String>,
    pub(super) agenda: Agenda,
    /// Planned moves that fitted no longer when their time came.
    pub(super) left_out: Vec<String>,
    pub(super) account: Account,
    /// The `request` of events: whose doing they are.
    pub(super) request: Value,
    run: String,
    counter: u64,
    pub(crate) settings: StripeSettings,
}

impl Books {
    /// An account without a payment.
    pub(crate) fn new(settings: &StripeSettings) -> Self {
        // Ids of different runs must differ: what tillbridge remembers of an event outlives the sandbox.
        let run = format!("{:x}", crate::clock::now().as_millisecond());
        Self {
            shelves: BTreeMap::new(),
            kinds: HashMap::new(),
            agenda: Agenda::default(),
            left_out: Vec::new(),
            account: Account::default(),
            request: nobody(),
            run,
            counter: 0,
            settings: settings.clone(),
        }
    }

    /// A new id.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        self.counter += 1;
        format!("{prefix}_3Sbx{}{:06}", self.run, self.counter)
    }

    /// Stores an object under its id. A pending row of the balance becomes available on its day.
    pub(crate) fn put(&mut self, object: &Value) {
        let id = text(object, "id");
        let kind = text(object, "object");
        if kind == "balance_transaction" && object["status"] == "pending" {
            let at = object["available_on"].as_i64().unwrap_or_default();
            self.agenda.add(at, Due::Available(id.clone()));
        }
        self.shelves.entry(kind.clone()).or_default().put(&id, object.clone());
        self.kinds.insert(id, kind);
    }

    /// Stores an object that somebody wrote elsewhere, with the fields that it lacks.
    pub(crate) fn put_whole(&mut self, given: &Value) -> Result<String, String> {
        let (Some(id), Some(kind)) = (given["id"].as_str(), given["object"].as_str()) else {
            return Err("an object has `id` and `object`".to_owned());
        };
        let mut whole = object::blank(kind).ok_or_else(|| format!("the sandbox keeps no `{kind}`"))?;
        overlay(&mut whole, given);
        self.put(&whole);
        Ok(id.to_owned())
    }

    /// An object with our own members.
    pub(crate) fn raw(&self, id: &str) -> Option<&Value> {
        self.raw_at(id, View::NOW)
    }

    fn raw_at(&self, id: &str, view: View) -> Option<&Value> {
        self.shelves.get(self.kinds.get(id)?)?.get(id, view)
    }

    /// An object as a read serves it. A charge whose balance transaction is still to come counts its reads.
    pub(crate) fn read(&mut self, id: &str, view: View) -> Option<Value> {
        let seen = self.raw_at(id, view).map(|object| self.served(object));
        if view == View::NOW {
            self.count_read(id);
        }
        seen
    }

    /// All of a kind as a list serves them.
    pub(crate) fn newest_first(&self, kind: &str) -> Vec<Value> {
        self.newest_first_at(kind, View::NOW)
    }

    /// All of a kind as a list served them then.
    pub(crate) fn newest_first_at(&self, kind: &str, view: View) -> Vec<Value> {
        self.raw_newest_first(kind, view).into_iter().map(|row| self.served(row)).collect()
    }

    /// The same with our own members, not copied.
    pub(crate) fn raw_newest_first(&self, kind: &str, view: View) -> Vec<&Value> {
        let mut rows: Vec<&Value> =
            self.shelves.get(kind).into_iter().flat_map(|shelf| shelf.all(view).rev()).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row["created"].as_i64().unwrap_or_default()));
        rows
    }

    /// Raw objects of a kind, oldest first.
    pub(crate) fn raw_all<'a>(&'a self, kind: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
        self.shelves.get(kind).into_iter().flat_map(|shelf| shelf.all(View::NOW))
    }

    /// Records an event about an object as it is now.
    pub(crate) fn event(&mut self, kind: &str, object_id: &str, previous: Option<Value>) -> Value {
        let id = self.id("evt");
        let object = self.raw(object_id).map(|object| self.served(object)).unwrap_or_default();
        let mut event = object::event(&id, kind, &self.settings.api_version, &object, previous);
        event["request"] = self.request.clone();
        self.put(&event);
        event
    }

    /// Stores what an object has become, and tells of it with what it was before.
    pub(crate) fn change(&mut self, before: &Value, after: &Value, events: &[&str]) {
        self.put(after);
        let was = previous(&self.served(before), &self.served(after));
        for kind in events {
            self.event(kind, &text(after, "id"), Some(was.clone()));
        }
    }

    /// How many events there were, and those after a number of them, oldest first.
    pub(crate) fn events_after(&self, count: usize) -> (usize, Vec<Value>) {
        let Some(shelf) = self.shelves.get("event") else { return (0, Vec::new()) };
        let fresh = shelf.after(count).map(|event| self.served(event)).collect();
        (shelf.len(), fresh)
    }

    fn count_read(&mut self, id: &str) {
        let Some(charge) = self.raw(id).filter(|charge| charge.get("_settles_after_reads").is_some()) else {
            return;
        };
        let mut charge = charge.clone();
        let left = charge["_settles_after_reads"].as_u64().unwrap_or_default();
        if left > 1 {
            charge["_settles_after_reads"] = json!(left - 1);
            self.put(&charge);
        } else {
            self.settle(id);
        }
    }

    /// The balance transaction of a charge comes (`automatic_async`); nothing, where it is there.
    pub(crate) fn settle(&mut self, id: &str) {
        let Some(mut charge) = self.raw(id).cloned() else { return };
        let transaction = charge["_balance_transaction"].take();
        if let Value::Object(members) = &mut charge {
            members.remove("_balance_transaction");
            members.remove("_settles_after_reads");
        }
        if transaction.is_object() {
            charge["balance_transaction"] = transaction["id"].clone();
            self.put(&transaction);
            self.put(&charge);
            self.event("charge.updated", id, Some(json!({"balance_transaction": null})));
        }
    }

    /// As it is served: without our own members, and a dispute with its rows as they are now.
    pub(crate) fn served(&self, object: &Value) -> Value {
        let mut served = plain(object);
        if served["object"] == "dispute" {
            if let Some(rows) = served["balance_transactions"].as_array_mut() {
                for row in rows {
                    let id = text(row, "id");
                    *row = self.raw(&id).map_or_else(|| row.take(), plain);
                }
            }
            let due_by = served["evidence_details"]["due_by"].as_i64();
            served["evidence_details"]["past_due"] = json!(due_by.is_some_and(|due_by| due_by < now()));
        }
        served
    }
}

/// The `request` of what nobody asked for through the API.
pub(crate) fn nobody() -> Value {
    json!({"id": null, "idempotency_key": null})
}

/// Without our own members.
pub(super) fn plain(object: &Value) -> Value {
    match object {
        Value::Object(members) => {
            let own = |name: &String| name.starts_with('_');
            let kept: Map<String, Value> = members
                .iter()
                .filter(|(name, _)| !own(name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            Value::Object(kept)
        }
        other => other.clone(),
    }
}

/// Lays `upper` over `lower`, member by member; what is no object replaces.
pub(crate) fn overlay(lower: &mut Value, upper: &Value) {
    match (lower, upper) {
        (Value::Object(lower), Value::Object(upper)) => {
            for (name, value) in upper {
                let slot = lower.entry(name.clone()).or_insert(Value::Null);
                // Metadata is one value: what is given is all there is.
                if name == "metadata" { *slot = value.clone() } else { overlay(slot, value) }
            }
        }
        (lower, upper) => *lower = upper.clone(),
    }
}

/// A member that is a text; empty, where it is none.
pub(crate) fn text(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap_or_default().to_owned()
}

/// A member that is a whole number; 0, where it is none.
pub(crate) fn number(object: &Value, name: &str) -> i64 {
    object[name].as_i64().unwrap_or_default()
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    crate::clock::now().as_second()
}
