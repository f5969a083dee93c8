//! `expand[]`: ids become the objects they name (docs.stripe.com/api/expanding_objects).

use serde_json::{Value, json};

use super::books::Books;
use super::error::Refusal;
use crate::shelf::View;

/// How deep a path may go.
const LEVELS_MAX: usize = 4;

/// Fields that hold the id of something kept here, by object.
const EXPANDABLE: [(&str, &str); 20] = [
    ("charge", "payment_intent"),
    ("charge", "customer"),
    ("charge", "balance_transaction"),
    ("charge", "failure_balance_transaction"),
    ("charge", "refunds"),
    ("payment_intent", "latest_charge"),
    ("payment_intent", "customer"),
    ("payment_intent", "payment_method"),
    ("payment_method", "customer"),
    ("dispute", "charge"),
    ("dispute", "payment_intent"),
    ("topup", "balance_transaction"),
    ("balance_transaction", "source"),
    ("refund", "charge"),
    ("refund", "payment_intent"),
    ("refund", "balance_transaction"),
    ("refund", "failure_balance_transaction"),
    ("payout", "balance_transaction"),
    ("payout", "failure_balance_transaction"),
    ("customer", "default_source"),
];

/// Expands what was asked for, in an object or in every row of a list.
pub(crate) fn expand(
    books: &mut Books,
    mut value: Value,
    paths: &[String],
    view: View,
) -> Result<Value, Refusal> {
    for path in paths {
        let parts: Vec<&str> = path.split('.').collect();
        let is_list = value.get("object") == Some(&json!("list"));
        let levels = parts.len() - usize::from(is_list && parts.len() > 1);
        if levels > LEVELS_MAX {
            let message =
                format!("You cannot expand more than {LEVELS_MAX} levels of a property. Property: {path}");
            return Err(Refusal::invalid("", Some("expand"), message));
        }
        if !is_list {
            along(books, &mut value, &parts, view)?;
            continue;
        }
        let ["data", rest @ ..] = parts.as_slice() else { return Err(cannot(path)) };
        if let Some(rows) = value.get_mut("data").and_then(Value::as_array_mut) {
            for row in rows {
                along(books, row, rest, view)?;
            }
        }
    }
    Ok(value)
}

fn along(books: &mut Books, value: &mut Value, parts: &[&str], view: View) -> Result<(), Refusal> {
    let Some((field, rest)) = parts.split_first() else { return Ok(()) };
    let object = value.get("object").and_then(Value::as_str).unwrap_or_default().to_owned();
    if !EXPANDABLE.contains(&(object.as_str(), *field)) {
        return Err(cannot(field));
    }
    if *field == "refunds" {
        let charge = value.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let refunds = books.raw_newest_first("refund", view).into_iter();
        let of_it = refunds.filter(|refund| refund["charge"] == *charge.as_str());
        value["refunds"]["data"] = of_it.take(10).map(|refund| books.served(refund)).collect();
        return Ok(());
    }
    if let Some(id) = value[*field].as_str().map(str::to_owned)
        && let Some(found) = books.read(&id, view)
    {
        value[*field] = found;
    }
    if value[*field].is_object() { along(books, &mut value[*field], rest, view) } else { Ok(()) }
}

fn cannot(field: &str) -> Refusal {
    let message = format!(
        "This property cannot be expanded ({field}). You may want to try expanding 'data.{field}' instead."
    );
    Refusal::invalid("", Some("expand"), message)
}
