//! `previous_attributes`: what an object was before, where it has changed (docs.stripe.com/api/events/object).

use serde_json::{Map, Value};

/// The old values of what differs; a hash holds only its changed keys, an array is whole.
pub(crate) fn previous(before: &Value, after: &Value) -> Value {
    let (Value::Object(old), Value::Object(new)) = (before, after) else { return before.clone() };
    let mut changed = Map::new();
    for (name, was) in old.iter().filter(|(name, _)| !name.starts_with('_')) {
        let is = new.get(name).unwrap_or(&Value::Null);
        if was != is {
            changed.insert(name.clone(), if is.is_object() { previous(was, is) } else { was.clone() });
        }
    }
    for name in new.keys().filter(|name| !old.contains_key(*name) && !name.starts_with('_')) {
        changed.insert(name.clone(), Value::Null);
    }
    Value::Object(changed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_changed_is_told_and_arrays_are_whole() {
        let before = json!({"a": 1, "b": {"x": 1, "y": 2}, "c": [1, 2], "d": null, "_own": 1});
        let after = json!({"a": 1, "b": {"x": 1, "y": 3}, "c": [1], "d": {"z": 1}, "e": 5, "_own": 2});
        assert_eq!(previous(&before, &after), json!({"b": {"y": 2}, "c": [1, 2], "d": null, "e": null}));
    }
}
