//! What a recording has that an answer lacks.

use serde_json::Value;

/// Given out by the database or by the clock: their form is compared, not their value.
const ASIDE: [&str; 12] = [
    "billing_address_id",
    "bulk_id",
    "bulk_uuid",
    "created_at",
    "data_hash",
    "entity_id",
    "id",
    "increment_id",
    "parent_id",
    "protect_code",
    "start_time",
    "updated_at",
];

/// Adds every place where they differ.
pub(super) fn differences(at: &str, recorded: &Value, ours: &Value, found: &mut Vec<String>) {
    let aside = at.is_empty() && is_id(recorded) && is_id(ours)
        || ASIDE.iter().any(|name| at.ends_with(&format!("/{name}")));
    match (recorded, ours) {
        (Value::Object(recorded), Value::Object(ours)) => {
            for (name, value) in recorded {
                match ours.get(name) {
                    Some(other) => differences(&format!("{at}/{name}"), value, other, found),
                    None => found.push(format!("{at}/{name} was {value}, and is missing")),
                }
            }
            let more = ours.keys().filter(|name| !recorded.contains_key(*name));
            found.extend(more.map(|name| format!("{at}/{name} is {}, and was not there", ours[name])));
        }
        (Value::Array(recorded), Value::Array(ours)) if recorded.len() == ours.len() => {
            for (number, (recorded, ours)) in recorded.iter().zip(ours).enumerate() {
                differences(&format!("{at}/{number}"), recorded, ours, found);
            }
        }
        (Value::Number(recorded), Value::Number(ours)) if aside || recorded.as_f64() == ours.as_f64() => {}
        (Value::String(recorded), Value::String(ours)) if aside || masked(recorded) == masked(ours) => {}
        _ if recorded == ours => {}
        _ => found.push(format!("{at} was {recorded}, here {ours}")),
    }
}

/// What a route that makes a document answers.
fn is_id(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.parse::<u64>().is_ok())
}

/// A report's id is another each time, and so is where the shop is.
fn masked(text: &str) -> &str {
    if text.starts_with("http://") {
        return "http://";
    }
    text.split_once("Report ID: webapi-").map_or(text, |(before, _)| before)
}

fn lacking(recorded: &Value, ours: &Value) -> Vec<String> {
    let mut found = Vec::new();
    shapes("", recorded, ours, &mut found);
    found
}

/// Adds every field that is missing, or of another JSON type. Of a list, the entry that is nearest is looked at.
pub(super) fn shapes(at: &str, recorded: &Value, ours: &Value, found: &mut Vec<String>) {
    match (recorded, ours) {
        (Value::Object(recorded), Value::Object(ours)) => {
            for (name, value) in recorded {
                match ours.get(name) {
                    Some(other) => shapes(&format!("{at}/{name}"), value, other, found),
                    None => found.push(format!("{at}/{name} was {value}, and is missing")),
                }
            }
        }
        (Value::Array(recorded), Value::Array(ours)) => {
            for (number, entry) in recorded.iter().enumerate() {
                let tried: Vec<Vec<String>> = ours.iter().map(|other| lacking(entry, other)).collect();
                match tried.iter().min_by_key(|lacking| lacking.len()) {
                    None => found.push(format!("{at} is empty")),
                    Some(nearest) => found.extend(nearest.iter().map(|what| format!("{at}/{number}{what}"))),
                }
            }
        }
        (Value::Number(_), Value::Number(_))
        | (Value::String(_), Value::String(_))
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Null, _) => {}
        _ => found.push(format!("{at} was {recorded}, here {ours}")),
    }
}
