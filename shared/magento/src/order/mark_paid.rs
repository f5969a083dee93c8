//! `magento.order.mark_paid`: converges on an order whose money is all invoiced, with the gateway's id on the invoice and
//! status `processing` (or further), whoever did a part of it.
//!
//! Undisturbed it makes four calls: read, invoice, record the transaction, read back; six where the order waited for its
//! payment; two where all was done; five where somebody had invoiced it and not said for which payment. Each is needed: the first keeps us from invoicing what is on hold or paid, Magento
//! takes no transaction id with an invoice, and what it made of the order is only seen by reading it. Nothing is
//! captured: the money has been taken.

use canonical::{NaturalKey, OrderId, OrderState, Payment};
use environment::OrderOwner;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::advance::advanced;
use super::invoice::{self, Invoice};
use super::progress::Progress;
use crate::{Client, Error};

/// The action's name.
pub const NAME: &str = "magento.order.mark_paid";

/// What is paid.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The order.
    pub order: OrderId,
    /// The payment, whose amount is the order's.
    pub payment: Payment,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Output {
    /// Who did it.
    pub outcome: Outcome,
    /// The invoice that carries the gateway's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice: Option<u64>,
    /// The order's state now.
    pub state: OrderState,
    /// The order's status now.
    pub status: String,
    /// The gateway's id of the payment; on the invoice, unless the order is left to Stripe's own module.
    pub transaction_id: String,
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// We did.
    Invoiced,
    /// Somebody had.
    AlreadyPaid,
    /// Stripe's own module will: the pair says so.
    LeftToModule,
}

/// `tb:<account>:charge:<charge>`
///
/// # Errors
/// The charge makes no key.
pub fn key(client: &Client, input: &Input) -> Result<NaturalKey, Error> {
    client.key("charge", input.payment.charge.as_str())
}

/// Looks for the whole effect: paid, recorded, moved on. Two calls.
///
/// # Errors
/// As Magento answers.
pub async fn find(client: Client, input: Input) -> Result<Option<Output>, Error> {
    let order = Progress::read(&client, input.order).await?;
    // One that is invoiced beyond its total is for a person, and stays so.
    let is_settled = order.settled().is_ok();
    if !is_settled || !order.is_advanced(&client.settings().magento.paid_status) {
        return Ok(None);
    }
    let marker = key(&client, &input)?;
    let invoices = invoice::of_order(&client, input.order).await?;
    let recorded = invoices.iter().find(|invoice| invoice.is_paid() && invoice.names(&input.payment));
    Ok(recorded.map(|invoice| output(maker(invoice, &marker), Some(invoice), &order, &input.payment)))
}

/// Converges.
///
/// # Errors
/// [`Error::OrderState`] where the order cannot be paid, [`Error::NotConverged`] where Magento does not show what was
/// meant or shows another payment, or as Magento answers.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let before = Progress::read(&client, input.order).await?;
    before.in_reach()?;
    let marker = key(&client, &input)?;
    if client.settings().order_owner == OrderOwner::StripeModule {
        return observed(&client, &before, &input, &marker).await;
    }
    let done = if before.is_paid() {
        recorded(&client, &before, &input, &marker).await?
    } else {
        invoiced(&client, &before, &input, &marker).await?
    };
    let after = if done.wrote { Progress::read(&client, input.order).await? } else { before };
    after.in_reach()?;
    after.settled()?;
    let text = format!("Paid by {}", input.payment.charge);
    let after = advanced(&client, after, &text, &marker).await?;
    Ok(Output { invoice: Some(done.invoice), ..output(done.outcome, None, &after, &input.payment) })
}

/// Which invoice carries the payment.
struct Done {
    outcome: Outcome,
    invoice: u64,
    /// Whether the order may have changed since it was read.
    wrote: bool,
}

/// Invoices what is open and records the gateway's id. Two calls.
async fn invoiced(
    client: &Client,
    order: &Progress,
    input: &Input,
    marker: &NaturalKey,
) -> Result<Done, Error> {
    covers(&input.payment, order)?;
    order.uncanceled()?;
    if !order.paid.is_zero() {
        // A part is paid. Where another payment did it, this one is too much.
        let invoices = invoice::of_order(client, order.id).await?;
        foreign(&invoices, &input.payment).map_or(Ok(()), |id| Err(paid_by_another(order, &id)))?;
    }
    match invoice::create(client, order.id, marker.as_str()).await {
        Ok(created) => {
            let id = transaction_id(&input.payment);
            invoice::record_transaction(client, order.id, created, &id).await?;
            Ok(Done { outcome: Outcome::Invoiced, invoice: created, wrote: true })
        }
        // Somebody was faster, or put it on hold: what is there now tells, in any language that the shop speaks.
        Err(error @ Error::Refused { status: 400, class: flow::Class::Validation, .. }) => {
            let now = Progress::read(client, order.id).await?;
            now.in_reach()?;
            if now.is_paid() {
                return Ok(Done { wrote: true, ..recorded(client, &now, input, marker).await? });
            }
            // A complete order has nothing left to invoice, whatever is due on it: somebody cancelled the rest.
            let is_over = now.state == OrderState::Complete || nothing_to_invoice(&error);
            if is_over { now.settled().and(Err(error)) } else { Err(error) }
        }
        Err(error) => Err(error),
    }
}

/// Records the gateway's id on an order that is paid, where it is not there. One call, two, or three.
async fn recorded(
    client: &Client,
    order: &Progress,
    input: &Input,
    marker: &NaturalKey,
) -> Result<Done, Error> {
    let invoices = invoice::of_order(client, order.id).await?;
    let done = |invoice: &Invoice, wrote| Done {
        outcome: maker(invoice, marker),
        invoice: invoice.entity_id.0,
        wrote,
    };
    let paid = || invoices.iter().filter(|invoice| invoice.is_paid());
    if let Some(own) = paid().find(|invoice| invoice.names(&input.payment)) {
        return Ok(done(own, false));
    }
    if let Some(id) = foreign(&invoices, &input.payment) {
        return Err(paid_by_another(order, &id));
    }
    // Whoever invoiced it did not say for which payment. What we made is the newest: it left nothing to invoice. An invoice
    // that another charge's marker is on is not among these.
    let Some(unnamed) = paid().next_back() else {
        return Err(Error::NotConverged {
            order: order.number.clone(),
            code: "paid_without_invoice",
            problem: "nothing is due, but no paid invoice shows why; look at its totals, then replay"
                .to_owned(),
        });
    };
    let id = transaction_id(&input.payment);
    invoice::record_transaction(client, order.id, unnamed.entity_id.0, &id).await?;
    let done = done(unnamed, true);
    if done.outcome == Outcome::AlreadyPaid {
        // Its maker may have had the same in mind, for another payment: the last one to write stays.
        let now = invoice::of_order(client, order.id).await?;
        foreign(&now, &input.payment).map_or(Ok(()), |id| Err(paid_by_another(order, &id)))?;
    }
    Ok(done)
}

/// Stripe's own module invoices: nothing is written. One call, two where the order is paid.
async fn observed(
    client: &Client,
    order: &Progress,
    input: &Input,
    marker: &NaturalKey,
) -> Result<Output, Error> {
    if !order.is_paid() {
        return Ok(output(Outcome::LeftToModule, None, order, &input.payment));
    }
    let invoices = invoice::of_order(client, order.id).await?;
    let own = invoices.iter().find(|invoice| invoice.is_paid() && invoice.names(&input.payment));
    match (own, foreign(&invoices, &input.payment)) {
        (Some(own), _) => Ok(output(maker(own, marker), Some(own), order, &input.payment)),
        (None, Some(id)) => Err(paid_by_another(order, &id)),
        (None, None) => Ok(output(Outcome::LeftToModule, None, order, &input.payment)),
    }
}

/// All that is open is invoiced: so the payment must be the order's total, taken.
fn covers(payment: &Payment, order: &Progress) -> Result<(), Error> {
    if payment.captured && payment.amount_captured == order.grand_total {
        return Ok(());
    }
    Err(Error::NotConverged {
        order: order.number.clone(),
        code: "amount_mismatch",
        problem: format!(
            "its total is {}, of charge {} {} is captured; correct one of them, then replay",
            order.grand_total, payment.charge, payment.amount_captured
        ),
    })
}

/// Another payment, by its id or its marker on an invoice that stands.
fn foreign(invoices: &[Invoice], payment: &Payment) -> Option<String> {
    let paid = invoices.iter().filter(|invoice| invoice.is_paid());
    paid.filter_map(|invoice| invoice.names_another(payment)).next_back()
}

fn paid_by_another(order: &Progress, id: &str) -> Error {
    Error::NotConverged {
        order: order.number.clone(),
        code: "paid_by_another_payment",
        problem: format!(
            "an invoice names the payment {}; if the customer paid twice, refund one, then replay or discard",
            canonical::redact(id, TRANSACTION_CHARS_MAX)
        ),
    }
}

/// Characters of another's transaction id that are shown.
const TRANSACTION_CHARS_MAX: usize = 60;

/// Whether a refusal says that all is invoiced: it gives several reasons, a line each.
fn nothing_to_invoice(error: &Error) -> bool {
    match error {
        Error::Refused { message, .. } => [
            "The order does not allow an invoice to be created",
            "can't be created without products",
            "You can't create an invoice without products",
        ]
        .iter()
        .any(|text| message.contains(text)),
        _ => false,
    }
}

/// Who made an invoice.
fn maker(invoice: &Invoice, marker: &NaturalKey) -> Outcome {
    if invoice.is_marked(marker.as_str()) { Outcome::Invoiced } else { Outcome::AlreadyPaid }
}

/// What is recorded: the intent, as Stripe's own module does; old charges have none.
fn transaction_id(payment: &Payment) -> String {
    payment.intent.as_ref().map_or_else(|| payment.charge.to_string(), ToString::to_string)
}

fn output(outcome: Outcome, invoice: Option<&Invoice>, order: &Progress, payment: &Payment) -> Output {
    Output {
        outcome,
        invoice: invoice.map(|invoice| invoice.entity_id.0),
        state: order.state,
        status: order.status.clone(),
        transaction_id: transaction_id(payment),
    }
}
