//! Invoices of an order.
//!
//! Source: `Sales/Model/InvoiceOrder.php`, `Sales/Model/Order/Invoice/PayOperation.php` of magento/magento2.

use canonical::OrderId;
use serde::Deserialize;
use serde_json::json;

use super::wire::Found;
use crate::amount::Whole;
use crate::order::map::bare_id;
use crate::{Client, Error, Query};

/// Rows that are asked for; an order has a handful.
const ROWS_MAX: u32 = 100;
/// `Sales/Model/Order/Invoice::STATE_PAID`.
const STATE_PAID: u64 = 2;

/// An invoice.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Invoice {
    pub(super) entity_id: Whole,
    #[serde(default)]
    state: Option<Whole>,
    #[serde(default)]
    transaction_id: Option<String>,
}

impl Invoice {
    /// Whether it stands (neither open nor cancelled).
    pub(super) fn is_paid(&self) -> bool {
        self.state.is_some_and(|state| state.0 == STATE_PAID)
    }

    /// The gateway's id on it.
    pub(super) fn transaction(&self) -> Option<String> {
        self.transaction_id.as_deref().filter(|id| !id.is_empty()).map(bare_id)
    }
}

/// The order's invoices, oldest first. One call.
pub(super) async fn of_order(client: &Client, order: OrderId) -> Result<Vec<Invoice>, Error> {
    let query = Query::new()
        .filter("order_id", "eq", &order.to_string())
        .page(ROWS_MAX)
        .with("fields", "items[entity_id,state,transaction_id],total_count");
    let found: Found<Invoice> =
        client.get(&format!("list the invoices of order {order}"), "/V1/invoices", &query).await?;
    let mut invoices = found.items.unwrap_or_default();
    invoices.sort_by_key(|invoice| invoice.entity_id.0);
    Ok(invoices)
}

/// Invoices all that is open, without asking the gateway for money: it has been taken. One call; a second one fails
/// cleanly, because no items are named.
pub(super) async fn create(client: &Client, order: OrderId, marker: &str) -> Result<u64, Error> {
    let body = json!({
        "capture": false, "notify": false, "appendComment": false,
        "comment": { "comment": marker, "is_visible_on_front": 0 }
    });
    let id: Whole =
        client.post(&format!("invoice order {order}"), &format!("/V1/order/{order}/invoice"), &body).await?;
    Ok(id.0)
}

/// Writes the gateway's id on an invoice; changes nothing else. One call, read back from its answer.
pub(super) async fn record_transaction(
    client: &Client,
    order: OrderId,
    invoice: u64,
    id: &str,
) -> Result<(), Error> {
    let body = json!({ "entity": { "entity_id": invoice, "order_id": order, "transaction_id": id } });
    let saved: Invoice =
        client.post(&format!("record {id} on invoice {invoice}"), "/V1/invoices/", &body).await?;
    if saved.transaction().as_deref() == Some(id) {
        return Ok(());
    }
    Err(Error::NotConverged {
        order: order.to_string(),
        code: "transaction_not_recorded",
        problem: format!("invoice {invoice} does not carry {id}; record it by hand, then replay"),
    })
}
