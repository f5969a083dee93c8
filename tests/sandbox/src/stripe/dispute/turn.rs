//! A dispute goes on: answered, escalated, decided, paid back.

use serde::Deserialize;
use serde_json::json;

use super::super::books::{Books, number, overlay, text};
use super::super::error::Refusal;
use super::super::ledger::{Row, Settlement, fees};
use super::super::write::existing;
use super::{push, withdraw};

/// Evidence is handed in, or an inquiry becomes a dispute with the same id.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Respond {
    pub(crate) dispute: String,
    /// `submits`, `escalates`
    pub(crate) what: What,
}

/// What happens to an open dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum What {
    Submits,
    Escalates,
}

/// Plays it.
pub(crate) fn respond(books: &mut Books, given: &Respond) -> Result<String, Refusal> {
    let before = existing(books, "dispute", &given.dispute)?;
    let status = text(&before, "status");
    let mut dispute = before.clone();
    let next = match (given.what, &*status) {
        (What::Submits, "needs_response") => "under_review",
        (What::Submits, "warning_needs_response") => "warning_under_review",
        (What::Escalates, "warning_needs_response" | "warning_under_review") => "needs_response",
        _ => return Err(Refusal::invalid("", None, format!("{} is {status}", given.dispute))),
    };
    dispute["status"] = json!(next);
    if given.what == What::Submits {
        let count = number(&dispute["evidence_details"], "submission_count") + 1;
        dispute["evidence_details"]["has_evidence"] = json!(true);
        dispute["evidence_details"]["submission_count"] = json!(count);
        books.change(&before, &dispute, &["charge.dispute.updated"]);
        return Ok(given.dispute.clone());
    }
    let chargeback = json!({
        "is_charge_refundable": false,
        "payment_method_details": {"card": {"case_type": "chargeback"}},
    });
    overlay(&mut dispute, &chargeback);
    books.put(&dispute);
    withdraw(books, &given.dispute)?;
    let after = existing(books, "dispute", &given.dispute)?;
    books.change(&before, &after, &["charge.dispute.updated"]);
    books.event("charge.dispute.funds_withdrawn", &given.dispute, None);
    Ok(given.dispute.clone())
}

/// How a dispute ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Won,
    Lost,
    WarningClosed,
    Prevented,
}

/// A dispute is decided.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Close {
    pub(crate) dispute: String,
    pub(crate) to: Verdict,
}

/// Plays it. The money of one that is won comes back by a move of its own, then or later.
pub(crate) fn close(books: &mut Books, given: &Close) -> Result<String, Refusal> {
    let mut dispute = existing(books, "dispute", &given.dispute)?;
    let status = text(&dispute, "status");
    let is_inquiry = matches!(&*status, "warning_needs_response" | "warning_under_review");
    let is_open = matches!(&*status, "needs_response" | "under_review");
    let (end, fits) = match given.to {
        Verdict::Won => ("won", is_open),
        Verdict::Lost => ("lost", is_open),
        Verdict::WarningClosed => ("warning_closed", is_inquiry),
        Verdict::Prevented => ("prevented", is_inquiry || is_open),
    };
    if !fits {
        let message = format!("{} is {status} and cannot become {end}", given.dispute);
        return Err(Refusal::invalid("", None, message));
    }
    dispute["status"] = json!(end);
    books.put(&dispute);
    books.event("charge.dispute.closed", &given.dispute, None);
    Ok(given.dispute.clone())
}

/// The money of a dispute comes back, whole or in part; also after it was lost.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reinstate {
    pub(crate) dispute: String,
    /// In the dispute's currency; absent: all that was withdrawn and is not back.
    #[serde(default)]
    pub(crate) amount: Option<i64>,
    /// How much of the fee comes back, in the settlement currency.
    #[serde(default)]
    pub(crate) fee_returned: i64,
    /// Where it is not the charge's or today's.
    #[serde(default)]
    pub(crate) exchange_rate: Option<String>,
}

/// Plays it.
pub(crate) fn reinstate(books: &mut Books, given: &Reinstate) -> Result<String, Refusal> {
    let mut dispute = existing(books, "dispute", &given.dispute)?;
    if dispute["balance_transactions"].as_array().is_none_or(Vec::is_empty) {
        return Err(Refusal::invalid("", None, format!("nothing was withdrawn for {}", given.dispute)));
    }
    let back = number(&dispute, "_back");
    let left = number(&dispute, "amount") - back;
    let amount = given.amount.unwrap_or(left);
    if !(1..=left).contains(&amount) {
        return Err(Refusal::invalid("", None, format!("{left} of {} are not back", given.dispute)));
    }
    let charge = existing(books, "charge", &text(&dispute, "charge"))?;
    let settlement = Settlement::today(&charge, books, given.exchange_rate.as_deref());
    dispute["_back"] = json!(back + amount);
    let row = Row {
        fees: fees(-given.fee_returned, 0, "Dispute fee refund"),
        source: Some(&given.dispute),
        description: Some(format!("Chargeback reversal for {}", text(&charge, "id"))),
        exchange_rate: settlement.rate.as_deref(),
        ..Row::new(settlement.converted(amount)?, &settlement.currency, "adjustment", "dispute_reversal")
    };
    push(books, &mut dispute, &row);
    books.event("charge.dispute.funds_reinstated", &given.dispute, None);
    Ok(given.dispute.clone())
}
