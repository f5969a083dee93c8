//! What a correction changes, value by value.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One value that a correction changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Where, as a JSON pointer; empty for the whole.
    pub at: String,
    /// What stood there; `None` where nothing did.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "said")]
    pub before: Option<Value>,
    /// What stands there now; `None` where it was taken away.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "said")]
    pub after: Option<Value>,
}

/// A null that is said is a value, not an absence.
fn said<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// What differs, in the order of `before`. Lists of different lengths differ as a whole.
pub(super) fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    collect("", before, after, &mut found);
    found
}

fn collect(at: &str, before: &Value, after: &Value, found: &mut Vec<Change>) {
    let deeper = |name: &str| format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, value) in old {
                match new.get(name) {
                    Some(now) => collect(&deeper(name), value, now, found),
                    None => found.push(change(&deeper(name), Some(value), None)),
                }
            }
            let added = new.iter().filter(|(name, _)| !old.contains_key(*name));
            found.extend(added.map(|(name, value)| change(&deeper(name), None, Some(value))));
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (n, (value, now)) in old.iter().zip(new).enumerate() {
                collect(&deeper(&n.to_string()), value, now, found);
            }
        }
        (old, new) if old == new => {}
        (old, new) => found.push(change(at, Some(old), Some(new))),
    }
}

fn change(at: &str, before: Option<&Value>, after: Option<&Value>) -> Change {
    Change { at: at.to_owned(), before: before.cloned(), after: after.cloned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_named_and_read_as_it_was_written() {
        let before = json!({ "a": { "x/y": 1, "gone": null }, "list": [1, 2], "same": [1.5] });
        let after = json!({ "a": { "x/y": 2, "new": true }, "list": [1], "same": [1.5] });
        let found = changes(&before, &after);
        let at: Vec<&str> = found.iter().map(|change| change.at.as_str()).collect();
        assert_eq!(at, ["/a/x~1y", "/a/gone", "/a/new", "/list"]);
        assert_eq!(found[1], Change { at: "/a/gone".into(), before: Some(Value::Null), after: None });
        let text = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Change>>(&text).unwrap(), found);
        assert!(changes(&before, &before).is_empty());
    }
}
