//! Metadata: what merges, what is removed, what is too long (docs.stripe.com/api/metadata).

use serde_json::{Map, Value};

use super::error::Refusal;

const KEYS_MAX: usize = 50;
const KEY_CHARS_MAX: usize = 40;
const VALUE_CHARS_MAX: usize = 500;

/// Applies a `metadata` parameter: keys merge, an empty value removes its key, an empty parameter removes all.
pub(crate) fn merge(current: &Value, change: Option<&Value>) -> Result<Value, Refusal> {
    let mut merged = current.as_object().cloned().unwrap_or_default();
    match change {
        None => {}
        Some(Value::String(text)) if text.is_empty() => merged = Map::new(),
        Some(Value::Object(change)) => {
            for (key, value) in change {
                apply(&mut merged, key, value)?;
            }
        }
        Some(_) => return Err(Refusal::invalid("", Some("metadata"), "Invalid object")),
    }
    if merged.len() > KEYS_MAX {
        let message = format!("Metadata may have at most {KEYS_MAX} keys.");
        return Err(Refusal::invalid("", Some("metadata"), message));
    }
    Ok(Value::Object(merged))
}

fn apply(merged: &mut Map<String, Value>, key: &str, value: &Value) -> Result<(), Refusal> {
    let param = format!("metadata[{key}]");
    let Some(text) = value.as_str() else {
        return Err(Refusal::invalid("", Some(&param), "Metadata values must be strings."));
    };
    if key.chars().count() > KEY_CHARS_MAX {
        let message = format!("Metadata keys may have at most {KEY_CHARS_MAX} characters.");
        return Err(Refusal::invalid("", Some(&param), message));
    }
    if text.chars().count() > VALUE_CHARS_MAX {
        let message = format!("Metadata values can have up to {VALUE_CHARS_MAX} characters.");
        return Err(Refusal::invalid("", Some(&param), message));
    }
    if text.is_empty() {
        merged.remove(key);
    } else {
        merged.insert(key.to_owned(), Value::String(text.to_owned()));
    }
    Ok(())
}
