//! `metadata[order]=1&expand[]=a&items[0][price]=b` as JSON.

use serde_json::{Map, Value};

use super::error::Refusal;
use crate::reply::{Incoming, form_pairs};

/// Deepest nesting that is read.
const DEPTH_MAX: usize = 8;

/// Parameters of a request: the body's of a POST, else the query's.
#[derive(Debug)]
pub(crate) struct Form(Map<String, Value>);

impl Form {
    /// Reads them, and refuses what is not in `known`.
    pub(crate) fn read(incoming: &Incoming, known: &[&str]) -> Result<Self, Refusal> {
        let body = String::from_utf8_lossy(&incoming.body).into_owned();
        let text = if incoming.method == axum::http::Method::POST { &body } else { &incoming.query };
        let mut root = Value::Object(Map::new());
        for (name, value) in form_pairs(text) {
            let keys = keys_of(&name)?;
            set(&mut root, &keys, value);
        }
        let Value::Object(map) = root else { return Ok(Self(Map::new())) };
        if let Some(unknown) = map.keys().find(|name| !known.contains(&name.as_str()) && *name != "expand") {
            let message = format!("Received unknown parameter: {unknown}");
            return Err(Refusal::invalid("parameter_unknown", Some(unknown), message));
        }
        Ok(Self(map))
    }

    /// A parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A parameter that is one text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// A parameter that is a whole number.
    pub(crate) fn integer(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.text(name).map(|text| integer(name, text)).transpose()
    }

    /// A parameter that is a list of texts.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        match self.0.get(name) {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Some(Value::Object(items)) => {
                items.values().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Some(Value::String(one)) => vec![one.clone()],
            _ => Vec::new(),
        }
    }
}

/// A whole number, or Stripe's complaint.
pub(crate) fn integer(name: &str, text: &str) -> Result<i64, Refusal> {
    text.parse().map_err(|_| {
        Refusal::invalid("parameter_invalid_integer", Some(name), format!("Invalid integer: {text}"))
    })
}

fn keys_of(name: &str) -> Result<Vec<String>, Refusal> {
    let (head, rest) = name.split_once('[').map_or((name, ""), |(head, rest)| (head, rest));
    let mut keys = vec![head.to_owned()];
    if !rest.is_empty() {
        let inner = rest.strip_suffix(']').unwrap_or(rest);
        keys.extend(inner.split("][").map(str::to_owned));
    }
    if keys.len() > DEPTH_MAX {
        return Err(Refusal::invalid("", Some(name), "Invalid parameter: nested too deep"));
    }
    Ok(keys)
}

fn set(target: &mut Value, keys: &[String], value: String) {
    let Some((key, rest)) = keys.split_first() else {
        *target = Value::String(value);
        return;
    };
    if key.is_empty() {
        if !target.is_array() {
            *target = Value::Array(Vec::new());
        }
        if let Value::Array(items) = target {
            items.push(Value::Null);
            if let Some(last) = items.last_mut() {
                set(last, rest, value);
            }
        }
        return;
    }
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    if let Value::Object(map) = target {
        set(map.entry(key.clone()).or_insert(Value::Null), rest, value);
    }
}
