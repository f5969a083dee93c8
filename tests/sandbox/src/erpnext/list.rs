//! `GET /api/resource/<DocType>`: `frappe/api/v1.py`, `frappe/model/db_query.py`.

use serde_json::{Map, Value};

use super::ledger;
use super::refusal::Refusal;
use super::store::{Doc, Store, text};
use crate::shelf::View;

/// Rows in a page, where nothing is asked.
const PAGE: usize = 20;

/// A page; without `fields`, only names. `limit_page_length=0` is all.
pub(super) fn list(
    store: &Store,
    doctype: &str,
    asked: &[(String, String)],
    view: View,
) -> Result<Vec<Value>, Refusal> {
    store.known(doctype)?;
    let asked = |name: &str| asked.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let fields: Vec<String> = parsed(asked("fields"))?.unwrap_or_else(|| vec!["name".to_owned()]);
    let filters: Vec<Vec<Value>> = parsed(asked("filters"))?.unwrap_or_default();
    let count =
        |name: &str, otherwise: usize| asked(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise);
    let (start, length) = (count("limit_start", 0), count("limit_page_length", PAGE));
    for filter in &filters {
        check_field(store, doctype, filter.first().and_then(Value::as_str).unwrap_or_default())?;
    }
    for field in &fields {
        check_field(store, doctype, field)?;
    }
    let mut found: Vec<Doc> = Vec::new();
    for doc in store.seen(doctype, view) {
        let shown = ledger::shown(store, doc).as_object().cloned().unwrap_or_default();
        if filters
            .iter()
            .map(|filter| matches(&shown, filter))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .all(|is| is)
        {
            found.push(shown);
        }
    }
    // `modified desc` where nothing is asked.
    match asked("order_by") {
        Some("creation asc" | "name asc") => {}
        _ => found.sort_by(|one, other| text(other, "modified").cmp(text(one, "modified"))),
    }
    let length = if length == 0 { usize::MAX } else { length };
    let row = |doc: Doc| {
        let cell = |field: &String| (field.clone(), doc.get(field).cloned().unwrap_or_default());
        Value::Object(fields.iter().map(cell).collect::<Map<_, _>>())
    };
    Ok(found.into_iter().skip(start).take(length).map(row).collect())
}

fn parsed<T: serde::de::DeserializeOwned>(json: Option<&str>) -> Result<Option<T>, Refusal> {
    let unreadable = |_| Refusal::new(417, "ValidationError", "invalid filters");
    json.map(serde_json::from_str).transpose().map_err(unreadable)
}

/// A custom field that is not there is an unknown column.
fn check_field(store: &Store, doctype: &str, field: &str) -> Result<(), Refusal> {
    let is_custom = field.starts_with("custom_");
    if is_custom && store.get("Custom Field", &format!("{doctype}-{field}")).is_none() {
        return Err(Refusal::new(417, "DataError", format!("Field not permitted in query: {field}")));
    }
    Ok(())
}

/// A triple, or a quadruple whose doctype is a child table.
fn matches(doc: &Doc, filter: &[Value]) -> Result<bool, Refusal> {
    let invalid = || Refusal::validation("Invalid filter");
    match filter {
        [field, operator, wanted] => {
            let field = field.as_str().ok_or_else(invalid)?;
            compare(doc.get(field).unwrap_or(&Value::Null), operator, wanted)
        }
        [child, field, operator, wanted] => {
            let table = match child.as_str() {
                Some("Sales Invoice Item" | "Sales Order Item") => "items",
                Some("Payment Entry Reference") => "references",
                Some("Journal Entry Account") => "accounts",
                _ => return Err(invalid()),
            };
            let field = field.as_str().ok_or_else(invalid)?;
            for row in super::store::rows(doc, table) {
                if compare(row.get(field).unwrap_or(&Value::Null), operator, wanted)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => Err(invalid()),
    }
}

fn compare(value: &Value, operator: &Value, wanted: &Value) -> Result<bool, Refusal> {
    let words = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let (have, want) = (words(value), words(wanted));
    let ordered = || match (have.parse::<rust_decimal::Decimal>(), want.parse::<rust_decimal::Decimal>()) {
        (Ok(have), Ok(want)) => have.cmp(&want),
        _ => have.cmp(&want),
    };
    let among = || wanted.as_array().is_some_and(|all| all.iter().any(|one| words(one) == have));
    Ok(match operator.as_str() {
        Some("=") => have == want,
        Some("!=") => have != want,
        Some("<") => ordered().is_lt(),
        Some(">") => ordered().is_gt(),
        Some("<=") => ordered().is_le(),
        Some(">=") => ordered().is_ge(),
        Some("in") => among(),
        Some("not in") => !among(),
        Some("is") => (want == "set") != have.is_empty(),
        _ => return Err(Refusal::validation("Invalid operator")),
    })
}
