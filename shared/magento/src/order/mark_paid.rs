//! `magento.order.mark_paid`: converges on an order whose money is all invoiced, with the gateway's id on the invoice and
//! status `processing` (or further), whoever did a part of it.
//!
//! Undisturbed it makes four calls: read, invoice, record the transaction, read back; six where the order waited for its
//! payment. Nothing is captured: the money has been taken.

use canonical::{NaturalKey, OrderId, OrderState, Payment};
use environment::OrderOwner;
use flow::Class;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::invoice::{self, Invoice};
use super::progress::Progress;
use super::{comment, wire::WireOrder};
use crate::{Client, Error, Query};

/// The action's name.
pub const NAME: &str = "magento.order.mark_paid";

/// What is paid.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The order.
    pub order: OrderId,
    /// The payment; the flow has seen that its amount is the order's.
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
    /// The gateway's id on the invoice.
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
    if !order.is_paid() || !order.is_advanced(&client.settings().magento.paid_status) {
        return Ok(None);
    }
    let invoices = invoice::of_order(&client, input.order).await?;
    let recorded = invoices.iter().find(|invoice| names(invoice, &input.payment));
    Ok(recorded
        .map(|invoice| output(Outcome::AlreadyPaid, Some(invoice.entity_id.0), &order, &input.payment)))
}

/// Converges.
///
/// # Errors
/// [`Error::OrderState`] where the order cannot be paid, [`Error::NotConverged`] where Magento does not show what was
/// meant, or as Magento answers.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let before = Progress::read(&client, input.order).await?;
    check_state(&before)?;
    if client.settings().order_owner == OrderOwner::StripeModule && !before.is_paid() {
        return Ok(output(Outcome::LeftToModule, None, &before, &input.payment));
    }
    let (outcome, invoice) = invoiced(&client, &before, &input).await?;
    let after = Progress::read(&client, input.order).await?;
    if !after.is_paid() {
        return Err(Error::NotConverged {
            order: after.number,
            code: "invoice_incomplete",
            problem: format!("{} is still due; look at its invoices, then replay", after.due),
        });
    }
    let after = advanced(&client, after, &input).await?;
    Ok(output(outcome, invoice, &after, &input.payment))
}

/// Invoices what is open and records the gateway's id.
async fn invoiced(client: &Client, order: &Progress, input: &Input) -> Result<(Outcome, Option<u64>), Error> {
    let id = transaction_id(&input.payment);
    if !order.is_paid() {
        match invoice::create(client, input.order, key(client, input)?.as_str()).await {
            Ok(created) => {
                invoice::record_transaction(client, input.order, created, &id).await?;
                return Ok((Outcome::Invoiced, Some(created)));
            }
            Err(error) if nothing_to_invoice(&error) => {}
            Err(error) => return Err(error),
        }
    }
    let invoices = invoice::of_order(client, input.order).await?;
    if let Some(recorded) = invoices.iter().find(|invoice| names(invoice, &input.payment)) {
        return Ok((Outcome::AlreadyPaid, Some(recorded.entity_id.0)));
    }
    // Whoever invoiced it did not say for which payment; an invoice that names another is not ours to change.
    let unnamed = invoices.iter().rev().find(|invoice| invoice.is_paid() && invoice.transaction().is_none());
    if let Some(unnamed) = unnamed {
        invoice::record_transaction(client, input.order, unnamed.entity_id.0, &id).await?;
    }
    Ok((Outcome::AlreadyPaid, unnamed.map(|invoice| invoice.entity_id.0)))
}

/// Moves a paid order on, where Magento left it behind.
async fn advanced(client: &Client, order: Progress, input: &Input) -> Result<Progress, Error> {
    let settings = &client.settings().magento;
    if order.is_advanced(&settings.paid_status) {
        return Ok(order);
    }
    let text = format!("Paid by {} [{}]", input.payment.charge, key(client, input)?);
    match comment::add(client, input.order, &text, &settings.paid_status).await {
        // Newer versions refuse a status that does not belong to the state: then only the order's own save helps.
        Ok(()) | Err(Error::Refused { class: Class::Validation, .. }) => {}
        Err(error) => return Err(error),
    }
    let mut after = Progress::read(client, input.order).await?;
    if !after.is_advanced(&settings.paid_status) && settings.allow_order_save {
        save_state(client, &after, &settings.paid_status).await?;
        after = Progress::read(client, input.order).await?;
    }
    if after.is_advanced(&settings.paid_status) {
        return Ok(after);
    }
    Err(Error::NotConverged {
        order: after.number,
        code: "state_not_advanced",
        problem: format!(
            "it is paid, but its status stays `{}`; set `magento.allow_order_save: true` for this shop, or move it on by \
             hand, then replay",
            after.status
        ),
    })
}

/// The one raw save that is permitted: every value as just read, because Magento derives the state from what it is sent.
///
/// Source: `Sales/Model/ResourceModel/Order/Handler/State.php` of magento/magento2.
async fn save_state(client: &Client, order: &Progress, status: &str) -> Result<(), Error> {
    const FIELDS: &str = "entity_id,increment_id,is_virtual,grand_total,base_grand_total,total_paid,base_total_paid,\
                          total_refunded,base_total_refunded";
    let query = Query::new().with("fields", FIELDS);
    let path = format!("/V1/orders/{}", order.id);
    let read: serde_json::Map<String, serde_json::Value> =
        client.get(&format!("read order {}", order.id), &path, &query).await?;
    let mut entity = read;
    entity.insert("state".to_owned(), json!("processing"));
    entity.insert("status".to_owned(), json!(status));
    let _: WireOrder = client
        .post(&format!("save the state of order {}", order.id), "/V1/orders", &json!({ "entity": entity }))
        .await?;
    Ok(())
}

/// An order on hold, cancelled, in review or paid back is for a person.
fn check_state(order: &Progress) -> Result<(), Error> {
    let (state, code, remedy) = match order.state {
        OrderState::Canceled => {
            ("cancelled", "order_canceled", "refund the payment, or place the order again")
        }
        OrderState::Holded => ("on hold", "order_on_hold", "take it off hold, then replay"),
        OrderState::PaymentReview => {
            ("in payment review", "order_in_review", "decide the review, then replay")
        }
        OrderState::Closed => ("closed", "order_closed", "it was paid back; check the refund, then discard"),
        OrderState::New | OrderState::PendingPayment | OrderState::Processing | OrderState::Complete => {
            return Ok(());
        }
    };
    Err(Error::OrderState { order: order.number.clone(), state, code, remedy })
}

/// Whether a refusal says that all is invoiced: it gives several reasons, a line each.
fn nothing_to_invoice(error: &Error) -> bool {
    match error {
        Error::Refused { status: 400, message, .. } => [
            "The order does not allow an invoice to be created",
            "An invoice cannot be created when an order has a status of",
            "can't be created without products",
            "You can't create an invoice without products",
        ]
        .iter()
        .any(|text| message.contains(text)),
        _ => false,
    }
}

/// Whether an invoice carries the payment.
fn names(invoice: &Invoice, payment: &Payment) -> bool {
    invoice.transaction().is_some_and(|id| {
        id == payment.charge.as_str() || payment.intent.as_ref().is_some_and(|intent| id == intent.as_str())
    })
}

/// What is recorded: the intent, as Stripe's own module does; old charges have none.
fn transaction_id(payment: &Payment) -> String {
    payment.intent.as_ref().map_or_else(|| payment.charge.to_string(), ToString::to_string)
}

fn output(outcome: Outcome, invoice: Option<u64>, order: &Progress, payment: &Payment) -> Output {
    Output {
        outcome,
        invoice,
        state: order.state,
        status: order.status.clone(),
        transaction_id: transaction_id(payment),
    }
}
