//! Invoices of an order.
//!
//! Source: `Sales/Model/InvoiceOrder.php`, `Sales/Model/Order/Invoice/PayOperation.php` of magento/magento2.

use canonical::{OrderId, Payment};
use serde::Deserialize;
use serde_json::json;

use super::map::bare_id;
use super::wire::Found;
use crate::amount::Whole;
use crate::{Client, Error, Query};

/// Rows of a page: Magento's own default, which no shop's limit of `pageSize` is below.
const PAGE_ROWS: u32 = 20;
/// Pages that are read of one order's invoices.
const PAGES_MAX: usize = 10;
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
    #[serde(default)]
    comments: Option<Vec<Comment>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Comment {
    #[serde(default)]
    comment: Option<String>,
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

    /// Whether it carries the payment, and was made for no other.
    pub(super) fn names(&self, payment: &Payment) -> bool {
        self.marked().all(|charge| charge == payment.charge.as_str())
            && self.transaction().is_some_and(|id| payment.has_id(&id))
    }

    /// Another payment that it is of: by the gateway's id, or by the marker of the charge that it was made for. Between the
    /// two writes that make an invoice it carries the marker alone.
    pub(super) fn names_another(&self, payment: &Payment) -> Option<String> {
        let marked = self.marked().find(|charge| *charge != payment.charge.as_str()).map(str::to_owned);
        marked.or_else(|| self.transaction().filter(|id| !payment.has_id(id)))
    }

    /// Whether we made it, by the marker that we wrote into it.
    pub(super) fn is_marked(&self, marker: &str) -> bool {
        self.texts().any(|text| text == marker)
    }

    /// The charges of the markers in it: `tb:<account>:charge:<charge>`, of any account.
    fn marked(&self) -> impl Iterator<Item = &str> {
        self.texts()
            .filter_map(|text| text.strip_prefix("tb:")?.split_once(":charge:"))
            .map(|(_, charge)| charge)
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        self.comments.iter().flatten().filter_map(|entry| entry.comment.as_deref())
    }
}

/// The order's invoices, oldest first. One call, where it has no more than a page of them. Later pages are asked for by
/// the last id: page numbers past the end repeat the last page on some versions (issue 26986 of magento/magento2).
pub(super) async fn of_order(client: &Client, order: OrderId) -> Result<Vec<Invoice>, Error> {
    let mut invoices: Vec<Invoice> = Vec::new();
    for _ in 0..PAGES_MAX {
        let mut query = Query::new().filter("order_id", "eq", &order.to_string());
        if let Some(last) = invoices.last() {
            query = query.filter("entity_id", "gt", &last.entity_id.0.to_string());
        }
        let query = query
            .sorted("entity_id")
            .page(PAGE_ROWS)
            .with("fields", "items[entity_id,state,transaction_id,comments[comment]],total_count");
        let action = format!("list the invoices of order {order}");
        let found: Found<Invoice> = client.get(&action, "/V1/invoices", &query).await?;
        let mut rows = found.items.unwrap_or_default();
        let is_last = u32::try_from(rows.len()).is_ok_and(|rows| rows < PAGE_ROWS);
        rows.sort_by_key(|invoice| invoice.entity_id.0);
        invoices.append(&mut rows);
        if is_last {
            return Ok(invoices);
        }
    }
    Err(Error::NotConverged {
        order: order.to_string(),
        code: "too_many_invoices",
        problem: format!("it has more than {} invoices; settle it by hand", invoices.len() - 1),
    })
}

/// Invoices all that is open, without asking the gateway for money: it has been taken. One call; a second one fails
/// cleanly, because no items are named.
pub(super) async fn create(client: &Client, order: OrderId, marker: &str) -> Result<u64, Error> {
    let body = json!({
        "capture": false, "notify": false, "appendComment": false,
        "comment": { "comment": marker, "is_visible_on_front": 0 }
    });
    let id: Whole = client
        .post(&format!("invoice order {order}"), &format!("/V1/order/{order}/invoice"), &Query::new(), &body)
        .await?;
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
    let query = Query::new().with("fields", "entity_id,transaction_id");
    let action = format!("record {id} on invoice {invoice}");
    let saved: Invoice = client.post(&action, "/V1/invoices/", &query, &body).await?;
    if saved.transaction().as_deref() == Some(id) {
        return Ok(());
    }
    Err(Error::NotConverged {
        order: order.to_string(),
        code: "transaction_not_recorded",
        problem: format!("invoice {invoice} does not carry {id}; record it by hand, then replay"),
    })
}
