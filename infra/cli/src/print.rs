//! How things are printed.

use std::io::Write;

use canonical::redact::mask_cards;
use flow::execution::{Execution, Status};
use flow::operate::{Change, Listed};
use jiff::Timestamp;
use serde_json::Value;

/// Writes a line. A reader that has gone away is an error like another: `println!` would panic.
///
/// # Errors
/// Nobody reads.
pub(crate) fn say(line: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{line}")
}

/// Names rows that cannot be read, on standard error; whether there were none.
///
/// # Errors
/// Nobody reads.
pub(crate) fn unreadable(listed: &Listed) -> std::io::Result<bool> {
    for error in &listed.unreadable {
        writeln!(std::io::stderr(), "{error}")?;
    }
    Ok(listed.unreadable.is_empty())
}

/// Letters of the longest status, so that columns stand below each other.
const STATUS_WIDTH: usize = 9;

/// A word in its colour, on a terminal.
pub(crate) fn status(status: Status, color: bool) -> String {
    let code = match status {
        Status::Done => "32",
        Status::Parked => "31",
        Status::Waiting | Status::Queued | Status::Running => "33",
        Status::Skipped | Status::Discarded => "90",
    };
    let word = format!("{:<STATUS_WIDTH$}", status.as_str());
    if color { format!("\u{1b}[{code}m{word}\u{1b}[0m") } else { word }
}

/// A time to the millisecond: of one length, so that what follows stands below each other.
pub(crate) fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// Why an execution is where it is; empty where its status says all.
pub(crate) fn reason(execution: &Execution) -> String {
    if let Some(parked) = &execution.parked {
        return format!("{} at step {}", parked.reason, parked.step);
    }
    if let Some(waiting) = &execution.waiting {
        return format!("{} at step {}, next try {}", waiting.code, waiting.step, time(waiting.retry_at));
    }
    execution.skipped.clone().unwrap_or_default()
}

/// Whether something is as it must be.
pub(crate) fn mark(is_well: bool, color: bool) -> &'static str {
    match (is_well, color) {
        (true, true) => "\u{1b}[32mok\u{1b}[0m",
        (true, false) => "ok",
        (false, true) => "\u{1b}[31m!!\u{1b}[0m",
        (false, false) => "!!",
    }
}

/// An enum's word as its JSON says it.
pub(crate) fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Data with everything masked that looks like a card's number.
pub(crate) fn masked(data: &Value) -> Value {
    match data {
        Value::String(text) => Value::from(mask_cards(text)),
        Value::Array(items) => items.iter().map(masked).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), masked(value))).collect(),
        other => other.clone(),
    }
}

/// Data as lines of `place value`, so that a place can be named to `tillbridge correct --set`.
pub(crate) fn places(data: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    collect("", &masked(data), &mut lines);
    let width = lines.iter().map(|(at, _)| at.chars().count()).max().unwrap_or(0).min(PLACE_WIDTH_MAX);
    lines.into_iter().map(|(at, value)| format!("    {at:<width$}  {value}")).collect()
}

/// Letters of a place up to which values stand below each other.
const PLACE_WIDTH_MAX: usize = 48;

fn collect(at: &str, data: &Value, lines: &mut Vec<(String, String)>) {
    let deeper = |name: &str| format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
    match data {
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(n, item)| collect(&deeper(&n.to_string()), item, lines));
        }
        Value::Object(members) if !members.is_empty() => {
            // The table keeps no order of names.
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_by_key(|(name, _)| name.as_str());
            members.into_iter().for_each(|(name, value)| collect(&deeper(name), value, lines));
        }
        value => lines.push((if at.is_empty() { "(all)" } else { at }.to_owned(), value.to_string())),
    }
}

/// One value that was corrected.
pub(crate) fn change(change: &Change) -> String {
    let said = |value: &Option<Value>| {
        value.as_ref().map_or("nothing".to_owned(), |value| masked(value).to_string())
    };
    let at = if change.at.is_empty() { "(all)" } else { &change.at };
    format!("{at}  {} → {}", said(&change.before), said(&change.after))
}
