//! Refunds: never above what was taken (<https://docs.stripe.com/api/refunds>).

mod check;
mod rest;
mod turn;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::books::{Books, number, overlay, text};
use super::error::Refusal;
use super::ledger::{self, Row, Settlement};
use super::payment::charge_type;
use super::{charge, dispute, object};
pub(crate) use rest::{cancel, create, update};
pub(crate) use turn::{Turn, turn};

/// What a refund is when it is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Pending,
    RequiresAction,
    #[default]
    Succeeded,
    Failed,
    Canceled,
}

impl Status {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::RequiresAction => "requires_action",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }
}

/// A refund that somebody makes in the dashboard.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Refund {
    pub(crate) charge: Option<String>,
    pub(crate) payment_intent: Option<String>,
    /// Absent: all that is left.
    pub(crate) amount: Option<i64>,
    pub(crate) reason: Option<String>,
    pub(crate) metadata: Map<String, Value>,
    /// `succeeded`, `pending`, `requires_action`.
    pub(crate) status: Status,
    /// Of a pending one: `processing`, `insufficient_funds`, `charge_pending`; the money leaves the balance at once only
    /// where it is processed.
    pub(crate) pending_reason: Option<String>,
    /// Where it is not the charge's or today's.
    pub(crate) exchange_rate: Option<String>,
}

/// Makes it; gives its id.
pub(crate) fn play(books: &mut Books, wanted: &Refund) -> Result<String, Refusal> {
    if !matches!(wanted.status, Status::Pending | Status::RequiresAction | Status::Succeeded) {
        return Err(Refusal::invalid("", None, "a refund fails later, not when it is made"));
    }
    make(books, wanted).map(|refund| text(&refund, "id"))
}

/// Makes a refund, and tells of it.
pub(crate) fn make(books: &mut Books, wanted: &Refund) -> Result<Value, Refusal> {
    let mut charge = check::charge_of(books, wanted.charge.as_deref(), wanted.payment_intent.as_deref())?;
    let left = check::left(books, &charge)?;
    let amount = check::amount(&charge, wanted.amount, left)?;
    check::reason(wanted.reason.as_deref())?;
    let id = text(&charge, "id");
    let settlement = Settlement::today(&charge, books, wanted.exchange_rate.as_deref());
    let settled = settlement.converted(amount)?;
    let (status, pending_reason) = begins(books, wanted, &settlement.currency, settled);
    let mut refund = object::refund();
    let given = json!({
        "id": books.id(if charge_type(&id) == "charge" { "re" } else { "pyr" }),
        "amount": amount,
        "charge": id,
        "currency": charge["currency"],
        "customer": charge["customer"],
        "metadata": wanted.metadata,
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": wanted.reason,
        "status": status.as_str(),
        "_settled": {"amount": settled, "currency": settlement.currency, "rate": settlement.rate},
    });
    overlay(&mut refund, &given);
    if let Some(reason) = &pending_reason {
        refund["pending_reason"] = json!(reason);
    }
    if status == Status::RequiresAction {
        refund["next_action"] = json!({"type": "display_details", "display_details": {"email_sent": {"email_sent_at": 0, "email_sent_to": "customer@sandbox.invalid"}, "expires_at": null}});
    }
    if charge["payment_method_details"]["type"] != "card" {
        refund["destination_details"] = json!({"type": charge["payment_method_details"]["type"]});
    }
    if !matches!(pending_reason.as_deref(), Some("insufficient_funds" | "charge_pending")) {
        book(books, &mut refund, &charge);
    }
    let before = charge.clone();
    let refunded = number(&charge, "amount_refunded") + amount;
    overlay(&mut charge, &json!({"amount_refunded": refunded, "refunded": amount == left}));
    books.put(&refund);
    books.change(&before, &charge, &["charge.refunded"]);
    books.event("refund.created", &text(&refund, "id"), None);
    if amount == left {
        dispute::refunded(books, &id);
    }
    Ok(refund)
}

/// How it begins: as it was wished, or waiting, where the balance is short and the account does not go below zero.
fn begins(books: &Books, wanted: &Refund, currency: &str, settled: i64) -> (Status, Option<String>) {
    if wanted.status != Status::Succeeded {
        let reason = wanted.pending_reason.clone().unwrap_or_else(|| "processing".to_owned());
        return (wanted.status, (wanted.status == Status::Pending).then_some(reason));
    }
    let is_short = books.account.refunds_wait_for_balance && {
        let funds: i64 = ledger::balance(books).iter().filter_map(|sums| sums.get(currency)).sum();
        funds < settled
    };
    if is_short {
        (Status::Pending, Some("insufficient_funds".to_owned()))
    } else {
        (Status::Succeeded, None)
    }
}

/// Takes the money out of the balance. Stripe's fee on the charge is not given back.
fn book(books: &mut Books, refund: &mut Value, charge: &Value) {
    let settled = refund["_settled"].clone();
    let (id, currency) = (text(refund, "id"), text(&settled, "currency"));
    let is_card = id.starts_with("re_");
    let row = Row {
        source: Some(&id),
        description: Some(format!(
            "REFUND FOR {} ({})",
            if is_card { "CHARGE" } else { "PAYMENT" },
            charge["description"].as_str().unwrap_or_default()
        )),
        exchange_rate: settled["rate"].as_str(),
        available_on: charge::available_on(books, charge),
        ..Row::new(
            -number(&settled, "amount"),
            &currency,
            if is_card { "refund" } else { "payment_refund" },
            "refund",
        )
    };
    refund["balance_transaction"] = json!(row.post(books));
}
