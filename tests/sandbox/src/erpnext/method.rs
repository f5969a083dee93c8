//! `/api/method/<dotted.path>`.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::store::{Doc, text};
use super::{Outcome, Refusal, Write, body, ledger, life};
use crate::reply::Incoming;

/// Calls a method; arguments come in the query or in the body.
pub(super) fn call(write: &mut Write<'_>, name: &str, incoming: &Incoming) -> Outcome {
    let mut arguments = body(incoming)?;
    for (key, value) in incoming.pairs() {
        arguments.entry(key).or_insert(Value::String(value));
    }
    let message = match name {
        "frappe.auth.get_logged_user" => json!("integration@example.com"),
        "frappe.utils.change_log.get_versions" => {
            json!({"frappe": {"version": "15.80.0"}, "erpnext": {"version": "15.80.0"}})
        }
        "frappe.client.has_permission" => {
            write.store.known(text(&arguments, "doctype"))?;
            json!({"has_permission": true})
        }
        "frappe.client.submit" => {
            let doc = arguments.get("doc").and_then(Value::as_object).cloned().unwrap_or_default();
            let (doctype, name) = (text(&doc, "doctype").to_owned(), text(&doc, "name").to_owned());
            let mut change = Doc::new();
            change.insert("docstatus".to_owned(), json!(1));
            change.extend(doc.get("modified").map(|modified| ("modified".to_owned(), modified.clone())));
            Value::Object(life::update(write, &doctype, &name, change)?)
        }
        "frappe.client.cancel" => {
            let (doctype, name) =
                (text(&arguments, "doctype").to_owned(), text(&arguments, "name").to_owned());
            Value::Object(life::cancel(write, &doctype, &name)?)
        }
        "erpnext.accounts.utils.get_balance_on" => {
            let day: Option<Date> = text(&arguments, "date").parse().ok();
            ledger::balance_on(write.store, text(&arguments, "account"), day)
        }
        other => {
            return Err(Refusal::new(
                417,
                "ValidationError",
                format!("Failed to get method for command {other}"),
            ));
        }
    };
    Ok((200, json!({"message": message})))
}
