//! What the shop has made of payments and refunds: the invoices and credit memos of some orders, and who bought. Three calls for up to
//! 100 orders, where none of them has many. For the books, which match them with the balance.
//!
//! Source: `Sales/Api/Data/InvoiceInterface.php`, `Sales/Api/Data/CreditmemoInterface.php` of magento/magento2.

use std::collections::BTreeSet;

use canonical::{Currency, IncrementId, Money, OrderId};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::map::bare_id;
use super::marker;
use super::wire::Found;
use crate::amount::{Amount, Whole, text, value};
use crate::{Client, Error, Query};

/// Rows of a page: as many as shops with input limits allow by default.
const PAGE_ROWS: u32 = 100;
/// Pages that are read of one kind: what 100 orders can have.
const PAGES_MAX: usize = 20;
/// `Sales/Model/Order/Invoice::STATE_CANCELED`, and the same of a credit memo.
const STATE_CANCELED: u64 = 3;
const ORDER_FIELDS: &str =
    "items[entity_id,increment_id,customer_id,store_id,extension_attributes[applied_taxes[code]]]";
const DOCUMENT_FIELDS: &str = "items[entity_id,increment_id,order_id,state,transaction_id,grand_total,tax_amount,shipping_amount,order_currency_code,comments[comment]]";
/// Characters of a problem that are kept.
const PROBLEM_MAX: usize = 200;

/// The documents of some orders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Documents {
    /// The orders that there are.
    pub orders: Vec<Head>,
    /// Their invoices that stand.
    pub invoices: Vec<Document>,
    /// Their credit memos that stand.
    pub credit_memos: Vec<Document>,
}

/// An order, as far as the books need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The shop's id.
    pub id: OrderId,
    /// The number that people see.
    pub number: IncrementId,
    /// Who bought; a guest has none.
    pub customer: Option<u64>,
    /// The shop's store view in which it was placed; an order of a view that was deleted has none.
    pub store: Option<u64>,
    /// Codes of the taxes on it, each once.
    pub tax_codes: BTreeSet<String>,
}

/// An invoice or a credit memo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its number.
    pub number: String,
    /// Its order.
    pub order: OrderId,
    /// The payment or refund that it names, by the gateway's id or by our marker.
    pub reference: Option<String>,
    /// What it comes to, in the order's currency.
    pub amount: Money,
    /// The tax in it.
    pub tax: Money,
    /// The shipping in it, without tax.
    pub shipping: Money,
}

#[derive(Deserialize)]
struct OrderRow {
    entity_id: Whole,
    #[serde(default, deserialize_with = "text")]
    increment_id: String,
    customer_id: Option<Whole>,
    store_id: Option<Whole>,
    extension_attributes: Option<Extension>,
}

#[derive(Deserialize)]
struct Extension {
    /// PHP writes an object without a field as `[]`.
    #[serde(default)]
    applied_taxes: Option<Vec<AppliedTax>>,
}

#[derive(Deserialize)]
struct AppliedTax {
    code: Option<String>,
}

#[derive(Deserialize)]
struct Row {
    entity_id: Whole,
    #[serde(default, deserialize_with = "text")]
    increment_id: String,
    order_id: Whole,
    state: Option<Whole>,
    transaction_id: Option<String>,
    grand_total: Option<Amount>,
    tax_amount: Option<Amount>,
    shipping_amount: Option<Amount>,
    #[serde(default, deserialize_with = "text")]
    order_currency_code: String,
    comments: Option<Vec<Comment>>,
}

#[derive(Deserialize)]
struct Comment {
    comment: Option<String>,
}

/// A row of a list that is walked by `entity_id`.
trait Listed {
    fn entity(&self) -> u64;
}

impl Listed for OrderRow {
    fn entity(&self) -> u64 {
        self.entity_id.0
    }
}

impl Listed for Row {
    fn entity(&self) -> u64 {
        self.entity_id.0
    }
}

/// Reads them.
///
/// # Errors
/// A document that cannot be read, more of them than orders have, else as Magento answers.
pub async fn of_orders(client: &Client, orders: &[OrderId]) -> Result<Documents, Error> {
    if orders.is_empty() {
        return Ok(Documents::default());
    }
    let heads: Vec<OrderRow> = all(client, "orders", "entity_id", orders, ORDER_FIELDS).await?;
    let invoices: Vec<Row> = all(client, "invoices", "order_id", orders, DOCUMENT_FIELDS).await?;
    let memos: Vec<Row> = all(client, "creditmemos", "order_id", orders, DOCUMENT_FIELDS).await?;
    Ok(Documents {
        orders: heads.into_iter().filter_map(head).collect(),
        invoices: standing(&invoices, "charge")?,
        credit_memos: standing(&memos, "refund")?,
    })
}

/// All rows of a list whose `field` names one of the orders. Later pages are asked for by the last id: page numbers past the end
/// repeat the last page on some versions (issue 26986 of magento/magento2).
async fn all<T: DeserializeOwned + Listed>(
    client: &Client,
    list: &str,
    field: &str,
    orders: &[OrderId],
    fields: &str,
) -> Result<Vec<T>, Error> {
    let ids: Vec<String> = orders.iter().map(OrderId::to_string).collect();
    let mut rows: Vec<T> = Vec::new();
    for _ in 0..PAGES_MAX {
        let mut query = Query::new().filter(field, "in", &ids.join(","));
        if let Some(last) = rows.last() {
            query = query.filter("entity_id", "gt", &last.entity().to_string());
        }
        let query = query.sorted("entity_id").page(PAGE_ROWS).with("fields", fields);
        let action = format!("list the {list} of {} orders", orders.len());
        let found: Found<T> = client.get(&action, &format!("/V1/{list}"), &query).await?;
        let page = found.items.unwrap_or_default();
        let is_last = u32::try_from(page.len()).is_ok_and(|rows| rows < PAGE_ROWS);
        rows.extend(page);
        if is_last {
            return Ok(rows);
        }
    }
    Err(Error::NotConverged {
        order: format!("{} and others", ids.first().map_or("", String::as_str)),
        code: "endless_list",
        problem: format!("they have more than {} {list}; look at what extends the shop's search", rows.len()),
    })
}

/// An order without a number is none that people know.
fn head(row: OrderRow) -> Option<Head> {
    let customer = row.customer_id.map(|id| id.0).filter(|id| *id != 0);
    let taxes = row.extension_attributes.and_then(|extension| extension.applied_taxes).unwrap_or_default();
    Some(Head {
        id: OrderId::new(row.entity_id.0),
        number: row.increment_id.parse().ok()?,
        customer,
        store: row.store_id.map(|id| id.0),
        tax_codes: taxes.into_iter().filter_map(|tax| tax.code).filter(|code| !code.is_empty()).collect(),
    })
}

fn standing(rows: &[Row], kind: &'static str) -> Result<Vec<Document>, Error> {
    let stands = |row: &&Row| row.state.is_none_or(|state| state.0 != STATE_CANCELED);
    rows.iter().filter(stands).map(|row| document(row, kind)).collect()
}

fn document(row: &Row, kind: &'static str) -> Result<Document, Error> {
    let unusable = |error: canonical::Error| Error::OrderUnusable {
        order: format!("of document {:.64}", row.increment_id),
        code: "malformed_document",
        problem: canonical::redact(&error.to_string(), PROBLEM_MAX),
    };
    let currency: Currency = row.order_currency_code.parse().map_err(unusable)?;
    let transaction = row.transaction_id.as_deref().map(str::trim).filter(|id| !id.is_empty()).map(bare_id);
    let texts = row.comments.iter().flatten().filter_map(|entry| entry.comment.as_deref());
    let marked = marker::ids(texts, kind).next().map(str::to_owned);
    Ok(Document {
        number: row.increment_id.clone(),
        order: OrderId::new(row.order_id.0),
        reference: marked.or(transaction),
        amount: Money::rounded(value(row.grand_total), currency).map_err(unusable)?,
        tax: Money::rounded(value(row.tax_amount), currency).map_err(unusable)?,
        shipping: Money::rounded(value(row.shipping_amount), currency).map_err(unusable)?,
    })
}
