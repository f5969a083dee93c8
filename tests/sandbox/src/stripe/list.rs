//! Lists with cursors (docs.stripe.com/api/pagination).

use serde_json::{Value, json};

use super::books::Books;
use super::error::Refusal;
use super::form::{Form, integer};

/// Rows in a page, where nothing is asked.
const LIMIT: i64 = 10;
/// Most rows in a page.
const LIMIT_MAX: i64 = 100;

/// Parameters that every list takes.
pub(crate) const PARAMETERS: [&str; 4] = ["limit", "starting_after", "ending_before", "created"];

/// A page of rows, which come newest first; only what is on it is copied.
pub(crate) fn page(books: &Books, rows: &[&Value], form: &Form, url: &str) -> Result<Value, Refusal> {
    let limit = form.integer("limit")?.unwrap_or(LIMIT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        let message = format!("This value must be greater than or equal to 1 and at most {LIMIT_MAX}.");
        return Err(Refusal::invalid("parameter_invalid_integer", Some("limit"), message));
    }
    let limit = usize::try_from(limit).unwrap_or(1);
    let mut kept = Vec::new();
    for &row in rows {
        if within(row, form.get("created"))? {
            kept.push(row);
        }
    }
    let served = |rows: &[&Value]| rows.iter().map(|row| books.served(row)).collect::<Vec<Value>>();
    let (mut from, mut to) = (0, kept.len());
    if let Some(id) = form.text("starting_after") {
        from = place(&kept, rows, "starting_after", id)? + 1;
    }
    if let Some(id) = form.text("ending_before") {
        to = place(&kept, rows, "ending_before", id)?;
        // The rows right before the cursor, still newest first.
        let start = to.saturating_sub(limit);
        let data = served(&kept[start..to]);
        return Ok(json!({"object": "list", "url": url, "has_more": start > 0, "data": data}));
    }
    from = from.min(to);
    let end = (from + limit).min(to);
    Ok(json!({"object": "list", "url": url, "has_more": end < to, "data": served(&kept[from..end])}))
}

fn place(kept: &[&Value], rows: &[&Value], param: &str, id: &str) -> Result<usize, Refusal> {
    if !rows.iter().any(|row| row["id"] == id) {
        let message = format!("No such object: '{id}'");
        return Err(Refusal::invalid("resource_missing", Some(param), message));
    }
    Ok(kept.iter().position(|row| row["id"] == id).unwrap_or(kept.len()))
}

fn within(row: &Value, created: Option<&Value>) -> Result<bool, Refusal> {
    let at = row["created"].as_i64().unwrap_or_default();
    match created {
        None => Ok(true),
        Some(Value::String(exact)) => Ok(at == integer("created", exact)?),
        Some(Value::Object(bounds)) => {
            for (bound, text) in bounds {
                let limit = integer("created", text.as_str().unwrap_or_default())?;
                let holds = match bound.as_str() {
                    "gt" => at > limit,
                    "gte" => at >= limit,
                    "lt" => at < limit,
                    "lte" => at <= limit,
                    _ => {
                        let message = format!("Received unknown parameter: created[{bound}]");
                        return Err(Refusal::invalid("parameter_unknown", Some("created"), message));
                    }
                };
                if !holds {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Some(_) => Err(Refusal::invalid("", Some("created"), "Invalid created")),
    }
}
