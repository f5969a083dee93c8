//! Where two things differ.

use serde_json::Value;

use crate::magento::amount::parsed;

/// Adds every place where they do.
pub(super) fn differences(at: &str, recorded: &Value, ours: &Value, found: &mut Vec<String>) {
    match (recorded, ours) {
        (Value::Object(recorded), Value::Object(ours)) => {
            for (name, value) in recorded {
                differences(&format!("{at}.{name}"), value, ours.get(name).unwrap_or(&Value::Null), found);
            }
        }
        (Value::Array(recorded), Value::Array(ours)) if recorded.len() == ours.len() => {
            for (number, (recorded, ours)) in recorded.iter().zip(ours).enumerate() {
                differences(&format!("{at}[{number}]"), recorded, ours, found);
            }
        }
        (Value::Array(recorded), Value::Array(ours)) => {
            found.push(format!("{at} had {} entries, here {}", recorded.len(), ours.len()));
        }
        // `5` and `5.0` are the same amount; `5` and `"5"` are not the same form.
        (Value::Number(_), Value::Number(_)) if parsed(recorded) == parsed(ours) => {}
        (Value::String(recorded), Value::String(ours)) if masked(recorded) == masked(ours) => {}
        _ if recorded == ours => {}
        _ => found.push(format!("{at} was {recorded}, here {ours}")),
    }
}

/// A report's id is another each time.
fn masked(text: &str) -> &str {
    text.split_once("Report ID: webapi-").map_or(text, |(before, _)| before)
}
