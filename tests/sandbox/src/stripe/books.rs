//! The account's objects, their ids and events.

use serde_json::{Map, Value, json};

use super::object;
use crate::StripeSettings;
use crate::shelf::{Shelf, View};

/// Everything of the account. Members whose name begins with `_` are ours and are never served.
#[derive(Debug)]
pub(crate) struct Books {
    objects: Shelf<Value>,
    run: String,
    counter: u64,
    pub(crate) settings: StripeSettings,
}

impl Books {
    /// An account without a payment.
    pub(crate) fn new(settings: &StripeSettings) -> Self {
        // Ids of different runs must differ: what tillbridge remembers of an event outlives the sandbox.
        let run = format!("{:x}", crate::clock::now().as_millisecond());
        Self { objects: Shelf::default(), run, counter: 0, settings: settings.clone() }
    }

    /// A new id.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        self.counter += 1;
        format!("{prefix}_3Sbx{}{:06}", self.run, self.counter)
    }

    /// Stores an object under its id.
    pub(crate) fn put(&mut self, object: &Value) {
        let id = object["id"].as_str().unwrap_or_default().to_owned();
        self.objects.put(&id, object.clone());
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
        self.objects.get(id, View::NOW)
    }

    /// An object as a read serves it. A charge whose balance transaction is still to come counts its reads.
    pub(crate) fn read(&mut self, id: &str, view: View) -> Option<Value> {
        let seen = self.objects.get(id, view).map(served);
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
        let of_kind = self.objects.all(view).rev().filter(|object| object["object"] == kind);
        let mut rows: Vec<Value> = of_kind.map(served).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row["created"].as_i64().unwrap_or_default()));
        rows
    }

    /// Raw objects of a kind, oldest first.
    pub(crate) fn raw_all<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.objects.all(View::NOW).filter(move |object| object["object"] == kind)
    }

    /// Records an event about an object as it is now.
    pub(crate) fn event(&mut self, kind: &str, object_id: &str, previous: Option<Value>) -> Value {
        let id = self.id("evt");
        let object = self.raw(object_id).map(served).unwrap_or_default();
        let event = object::event(&id, kind, &self.settings.api_version, &object, previous);
        self.put(&event);
        event
    }

    fn count_read(&mut self, id: &str) {
        let Some(charge) = self.raw(id).filter(|object| object.get("_balance_transaction").is_some()) else {
            return;
        };
        let mut charge = charge.clone();
        let left = charge["_settles_after_reads"].as_u64().unwrap_or_default();
        if left > 1 {
            charge["_settles_after_reads"] = json!(left - 1);
            self.put(&charge);
            return;
        }
        let transaction = charge["_balance_transaction"].clone();
        charge["balance_transaction"] = transaction["id"].clone();
        if let Value::Object(members) = &mut charge {
            members.remove("_balance_transaction");
            members.remove("_settles_after_reads");
        }
        self.put(&transaction);
        self.put(&charge);
        self.event("charge.updated", id, Some(json!({"balance_transaction": null})));
    }
}

/// Without our own members.
pub(crate) fn served(object: &Value) -> Value {
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

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    crate::clock::now().as_second()
}
