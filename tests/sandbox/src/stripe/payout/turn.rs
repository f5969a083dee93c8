//! What becomes of a payout (<https://docs.stripe.com/payouts#payout-failures>).

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::books::{Books, number, text};
use super::super::error::Refusal;
use super::super::ledger::Row;
use super::super::write::existing;

/// The states of a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    InTransit,
    Paid,
    Failed,
    Canceled,
}

/// A payout moves on.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Turn {
    payout: String,
    to: Status,
    /// `account_closed`, `could_not_process`, `no_account`, …
    #[serde(default)]
    failure_code: Option<String>,
}

impl Turn {
    pub(super) fn to(payout: &str, to: Status) -> Self {
        Self { payout: payout.to_owned(), to, failure_code: None }
    }
}

/// Plays it.
pub(crate) fn turn(books: &mut Books, given: &Turn) -> Result<String, Refusal> {
    let before = existing(books, "payout", &given.payout)?;
    let from = text(&before, "status");
    let (to, event, fits) = match given.to {
        Status::InTransit => ("in_transit", None, from == "pending"),
        Status::Paid => ("paid", Some("payout.paid"), matches!(&*from, "pending" | "in_transit")),
        Status::Failed => {
            ("failed", Some("payout.failed"), matches!(&*from, "pending" | "in_transit" | "paid"))
        }
        Status::Canceled => {
            ("canceled", Some("payout.canceled"), from == "pending" && before["automatic"] == false)
        }
    };
    if !fits {
        return Err(Refusal::invalid("", None, format!("{} is {from} and cannot become {to}", given.payout)));
    }
    let mut payout = before.clone();
    payout["status"] = json!(to);
    match given.to {
        Status::InTransit => {}
        Status::Paid => {
            let digits: String = given.payout.chars().filter(char::is_ascii_digit).collect();
            payout["trace_id"] = json!({"status": "supported", "value": format!("FT{digits}")});
        }
        Status::Failed => {
            payout["failure_code"] = json!(given.failure_code.as_deref().unwrap_or("account_closed"));
            payout["failure_message"] = json!("The bank account has been closed.");
            give_back(books, &mut payout, "payout_failure");
        }
        Status::Canceled => give_back(books, &mut payout, "payout_cancel"),
    }
    books.change(&before, &payout, &["payout.updated"]);
    if let Some(event) = event {
        books.event(event, &given.payout, None);
    }
    Ok(given.payout.clone())
}

/// The money is in the balance again, and leaves with a later payout; the lines of this one stay its own.
fn give_back(books: &mut Books, payout: &mut Value, kind: &str) {
    let (id, currency) = (text(payout, "id"), text(payout, "currency"));
    let back = Row {
        source: Some(&id),
        description: Some("STRIPE PAYOUT FAILURE".to_owned()),
        ..Row::new(number(payout, "amount"), &currency, kind, "payout_reversal")
    };
    payout["failure_balance_transaction"] = json!(back.post(books));
}

/// The lines of an automatic payout are complete.
pub(crate) fn reconcile(books: &mut Books, id: &str) -> Result<String, Refusal> {
    let before = existing(books, "payout", id)?;
    if before["reconciliation_status"] != "in_progress" {
        return Err(Refusal::invalid("", None, format!("{id} is not being reconciled")));
    }
    let mut payout = before.clone();
    payout["reconciliation_status"] = json!("completed");
    books.change(&before, &payout, &["payout.updated"]);
    books.event("payout.reconciliation_completed", id, None);
    Ok(id.to_owned())
}
