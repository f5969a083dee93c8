//! What becomes of a refund: it arrives, fails, is cancelled, gets its reference number
//! (<https://docs.stripe.com/refunds#failed-refunds>).

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::books::{Books, number, overlay, text};
use super::super::error::Refusal;
use super::super::ledger;
use super::super::write::existing;
use super::{Status, book};

/// A refund changes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Turn {
    refund: String,
    /// Absent: it stays what it is, and gets only a reference.
    #[serde(default)]
    to: Option<Status>,
    /// `expired_or_canceled_card`, `lost_or_stolen_card`, `insufficient_funds`, …
    #[serde(default)]
    failure_reason: Option<String>,
    /// The acquirer's number, by which the customer's bank finds it.
    #[serde(default)]
    reference: Option<String>,
}

impl Turn {
    /// Only another status.
    pub(crate) fn to(refund: &str, to: Status) -> Self {
        Self { refund: refund.to_owned(), to: Some(to), failure_reason: None, reference: None }
    }
}

/// Plays it. What has failed or was cancelled is over; what has succeeded can still fail.
pub(crate) fn turn(books: &mut Books, given: &Turn) -> Result<String, Refusal> {
    let before = existing(books, "refund", &given.refund)?;
    let mut refund = before.clone();
    if let Some(to) = given.to {
        let from = text(&before, "status");
        let fits = match to {
            Status::Pending => from == "requires_action",
            Status::RequiresAction => false,
            Status::Succeeded | Status::Canceled => matches!(&*from, "pending" | "requires_action"),
            Status::Failed => matches!(&*from, "pending" | "requires_action" | "succeeded"),
        };
        if !fits {
            let message = format!("{} is {from} and cannot become {}", given.refund, to.as_str());
            return Err(Refusal::invalid("", None, message));
        }
        become_status(books, &mut refund, to, given.failure_reason.as_deref())?;
    }
    if let Some(reference) = &given.reference {
        let known = json!({"card": {"reference": reference, "reference_status": "available"}});
        overlay(&mut refund["destination_details"], &known);
    }
    books.change(&before, &refund, &["charge.refund.updated", "refund.updated"]);
    if given.to == Some(Status::Failed) {
        books.event("refund.failed", &given.refund, None);
    }
    Ok(given.refund.clone())
}

fn become_status(
    books: &mut Books,
    refund: &mut Value,
    to: Status,
    failure_reason: Option<&str>,
) -> Result<(), Refusal> {
    refund["status"] = json!(to.as_str());
    if let Value::Object(members) = refund {
        members.remove("pending_reason");
        members.remove("next_action");
    }
    let mut charge = existing(books, "charge", &text(refund, "charge"))?;
    match to {
        Status::Pending => refund["pending_reason"] = json!("processing"),
        // One that waited for money takes it now.
        Status::Succeeded if refund["balance_transaction"].is_null() => book(books, refund, &charge),
        Status::RequiresAction | Status::Succeeded => {}
        Status::Failed | Status::Canceled => {
            if to == Status::Failed {
                refund["failure_reason"] = json!(failure_reason.unwrap_or("unknown"));
            }
            let id = text(refund, "id");
            let row = text(refund, "balance_transaction");
            if let Some(back) = ledger::reverse(books, &row, "refund_failure", "refund_failure", &id) {
                refund["failure_balance_transaction"] = json!(back);
            }
            // It can be refunded again, by another refund.
            let refunded = number(&charge, "amount_refunded") - number(refund, "amount");
            overlay(&mut charge, &json!({"amount_refunded": refunded, "refunded": false}));
            books.put(&charge);
        }
    }
    Ok(())
}
