//! What Frappe's refusals mean, in the codes of the generic contract.
//!
//! Messages are English where the integration's user is set to English; in another language a refusal keeps its class and its
//! words, and its code is only `refused`.

use std::collections::BTreeMap;

use outbound::{Answer, Effect, Field, Problem};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::Error;

/// A site that migrates is back after a minute, or later.
const STOPPED_S: &str = "60";
/// Words of a message, and the code of what they say.
const CODES: [(&str, &str); 17] = [
    ("Total Debit must be equal to Total Credit", "unbalanced"),
    ("Debit and Credit not equal", "unbalanced"),
    ("Party Type and Party is required", "party_required"),
    ("Cost Center is required", "cost_center_required"),
    ("add or update entries before", "period_closed"),
    ("closed Accounting Period", "period_closed"),
    ("Books have been closed", "period_closed"),
    ("is not in any active Fiscal Year", "period_closed"),
    ("Allocated Amount cannot be greater", "over_allocated"),
    ("has already been fully paid", "over_allocated"),
    ("cannot be greater than outstanding amount", "over_allocated"),
    ("without any negative outstanding invoice", "over_allocated"),
    ("document is over limit by", "over_invoiced"),
    ("Cannot overbill", "over_invoiced"),
    ("Unable to find exchange rate", "rate_required"),
    ("can only be made in currency", "customer_currency"),
    ("must be unique", "already_exists"),
];
/// What a link leads to, and the code of one that leads nowhere.
const LINKS: [(&str, &str); 7] = [
    ("Item Code: ", "sku_unknown"),
    ("Account Paid From: ", "account_unknown"),
    ("Account Paid To: ", "account_unknown"),
    ("Account: ", "account_unknown"),
    ("Customer: ", "customer_unknown"),
    ("Party: ", "customer_unknown"),
    ("Sales Order: ", "order_unknown"),
];

#[derive(Default, Deserialize)]
struct Body {
    #[serde(default)]
    exc_type: String,
    #[serde(default)]
    exception: String,
    #[serde(default, rename = "_server_messages")]
    server_messages: Option<String>,
}

impl Body {
    /// What a person would read: JSON in a text in a list in a text.
    fn message(&self) -> String {
        let messages: Vec<String> = self
            .server_messages
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        let inner = |text: &String| {
            let message: Value = serde_json::from_str(text).ok()?;
            Some(message.get("message")?.as_str()?.to_owned())
        };
        let said: Vec<String> = messages.iter().filter_map(inner).collect();
        if said.is_empty() {
            let (_, words) = self.exception.split_once(": ").unwrap_or_default();
            return words.to_owned();
        }
        said.join("; ")
    }
}

/// The refusal that an answer is: read as a problem of the generic contract, which has one class and one advice for each code.
pub(super) fn refused(action: &str, effect: Effect, answer: &Answer) -> Error {
    let mut generic = answer.clone();
    if let Ok(body) = serde_json::from_slice::<Body>(&answer.body) {
        let said = body.message();
        let (status, code) = meaning(answer.status, &body.exc_type, &said);
        generic.status = status;
        let mut problem = Map::new();
        problem.insert("detail".to_owned(), json!(if said.is_empty() { &body.exc_type } else { &said }));
        problem.extend(code.map(|code| ("code".to_owned(), json!(code))));
        if code == Some("sku_unknown") {
            problem.insert("errors".to_owned(), unknown_items(&said));
        }
        if let Some((_, difference)) = said.split_once("The difference is ") {
            problem.insert("difference".to_owned(), json!(difference));
        }
        if status == 503 && generic.retry_after().is_none() {
            generic.headers.push(("retry-after".to_owned(), STOPPED_S.to_owned()));
        }
        generic.body = Value::Object(problem).to_string().into_bytes();
    }
    Error::Refused { problem: Box::new(Problem::read(action, effect, &generic)) }
}

/// The generic contract's status and code. ERPNext says 417 of all that a person corrects, and of what is only late.
fn meaning(status: u16, exc_type: &str, said: &str) -> (u16, Option<&'static str>) {
    match (status, exc_type) {
        (409, _) | (417, "UniqueValidationError") => (409, Some("already_exists")),
        (417, "TimestampMismatchError" | "DocumentLockedError") => (409, Some("changed_meanwhile")),
        // Nothing was written: the transaction was rolled back.
        (500, "QueryDeadlockError" | "QueryTimeoutError") => (409, Some("deadlock")),
        (400, "CSRFTokenError" | "InvalidAuthorizationHeader" | "InvalidAuthorizationToken") => (401, None),
        (417, "LinkValidationError") => (422, Some(link(said))),
        (417, _) => {
            let known = CODES.iter().find(|(words, _)| said.contains(words)).map(|(_, code)| *code);
            (422, Some(known.unwrap_or("refused")))
        }
        _ => (status, None),
    }
}

fn link(said: &str) -> &'static str {
    LINKS.iter().find(|(to, _)| said.contains(to)).map_or("link_unknown", |(_, code)| *code)
}

/// `Row #3: Item Code: X` as `/lines/2/sku`.
fn unknown_items(said: &str) -> Value {
    let place = |part: &str| {
        let row: usize = part.split_once(": Item Code")?.0.trim().parse().ok()?;
        Some(json!({"path": format!("/lines/{}/sku", row.checked_sub(1)?), "code": "sku_unknown"}))
    };
    Value::Array(said.split("Row #").filter_map(place).collect())
}

/// A refusal of our own, for what ERPNext would take.
pub(super) fn ours(action: String, code: &str, detail: String, path: Option<String>) -> Error {
    let fields = path.map(|path| Field { path, code: code.to_owned() }).into_iter().collect();
    Error::Refused {
        problem: Box::new(Problem {
            action,
            effect: Effect::Write,
            status: 422,
            code: code.to_owned(),
            detail,
            fields,
            facts: BTreeMap::new(),
            request_id: None,
            retry_after: None,
            is_html: false,
        }),
    }
}

/// Whether our key is taken, by a document that another worker has just made.
pub(super) fn is_taken(error: &Error) -> bool {
    error.problem().is_some_and(|problem| problem.status == 409 && problem.code == "already_exists")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_three_times_encoded_has_the_generic_contracts_code() {
        let said = |message: &str| Body {
            exc_type: "LinkValidationError".to_owned(),
            exception: String::new(),
            server_messages: Some(json!([json!({ "message": message }).to_string()]).to_string()),
        };
        let body = said("Could not find Row #1: Item Code: A, Row #3: Item Code: B");
        assert_eq!(body.message(), "Could not find Row #1: Item Code: A, Row #3: Item Code: B");
        assert_eq!(meaning(417, &body.exc_type, &body.message()), (422, Some("sku_unknown")));
        let places = json!([
            { "path": "/lines/0/sku", "code": "sku_unknown" },
            { "path": "/lines/2/sku", "code": "sku_unknown" }
        ]);
        assert_eq!(unknown_items(&body.message()), places);
        for (exc_type, message, expected) in [
            (
                "ValidationError",
                "You are not authorized to add or update entries before 01-01-2026",
                (422, "period_closed"),
            ),
            (
                "ClosedAccountingPeriod",
                "You cannot create a Journal Entry within the closed Accounting Period",
                (422, "period_closed"),
            ),
            ("TimestampMismatchError", "Document has been modified", (409, "changed_meanwhile")),
            ("UniqueValidationError", "Tillbridge key must be unique", (409, "already_exists")),
            ("LinkValidationError", "Could not find Row #2: Account: Cash - X", (422, "account_unknown")),
            ("MandatoryError", "[Sales Order, X]: items", (422, "refused")),
        ] {
            assert_eq!(meaning(417, exc_type, message), (expected.0, Some(expected.1)), "{message}");
        }
        assert_eq!(meaning(500, "QueryDeadlockError", ""), (409, Some("deadlock")));
        assert_eq!(meaning(500, "OperationalError", ""), (500, None));
    }
}
