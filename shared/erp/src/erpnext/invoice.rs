//! Sales invoices: made of their order and submitted in one request, which is one transaction, so that none is left as a draft.

use canonical::{Currency, NaturalKey};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::desk::{Desk, Named};
use super::number::Number;
use super::order;
use super::rows::Charge;
use super::site::Site;
use super::{credit_note, errors, keys};
use crate::Error;
use crate::document::{Document, Kind};
use crate::wire::{self, MoneyText};

pub(super) const DOCTYPE: &str = keys::doctype(Kind::Invoice);
/// The role of what is sold.
const SALES: &str = "sales";

/// A new invoice, or the return of one.
#[derive(Serialize)]
pub(super) struct New<'a> {
    pub(super) customer: &'a str,
    pub(super) company: &'a str,
    pub(super) custom_tb_key: &'a NaturalKey,
    /// ERPNext's own default is today.
    pub(super) set_posting_time: u8,
    pub(super) posting_date: Date,
    pub(super) due_date: Date,
    pub(super) debit_to: &'a str,
    pub(super) currency: Currency,
    pub(super) conversion_rate: Number,
    pub(super) price_list_currency: Currency,
    pub(super) plc_conversion_rate: Number,
    pub(super) ignore_pricing_rule: u8,
    pub(super) disable_rounded_total: u8,
    pub(super) update_stock: u8,
    pub(super) items: Vec<NewRow<'a>>,
    pub(super) taxes: Vec<Charge>,
    pub(super) apply_discount_on: &'static str,
    pub(super) discount_amount: Number,
    #[serde(flatten)]
    pub(super) returned: Option<Return<'a>>,
    pub(super) docstatus: u8,
}

/// What makes an invoice the return of another.
#[derive(Serialize)]
pub(super) struct Return<'a> {
    pub(super) is_return: u8,
    pub(super) return_against: &'a str,
    /// It is open itself, until the money has gone back.
    pub(super) update_outstanding_for_self: u8,
}

/// A row of a new invoice.
#[derive(Serialize)]
pub(super) struct NewRow<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) item_code: Option<&'a str>,
    pub(super) item_name: &'a str,
    pub(super) description: &'a str,
    pub(super) qty: Number,
    pub(super) uom: &'a str,
    pub(super) conversion_factor: u8,
    pub(super) rate: Number,
    pub(super) price_list_rate: Number,
    pub(super) income_account: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cost_center: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sales_order: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) so_detail: Option<&'a str>,
}

/// An invoice as it is read.
#[derive(Deserialize)]
pub(super) struct Theirs {
    pub(super) name: String,
    pub(super) docstatus: u8,
    pub(super) customer: String,
    pub(super) currency: Currency,
    pub(super) conversion_rate: Number,
    pub(super) grand_total: Number,
    pub(super) posting_date: String,
    pub(super) debit_to: String,
    #[serde(default)]
    pub(super) is_return: u8,
    #[serde(default)]
    pub(super) return_against: Option<String>,
    pub(super) items: Vec<Row>,
    #[serde(default)]
    pub(super) taxes: Vec<Charge>,
    #[serde(default)]
    pub(super) custom_tb_key: Option<String>,
}

/// A row as it is read.
#[derive(Deserialize)]
pub(super) struct Row {
    #[serde(default)]
    pub(super) sales_order: Option<String>,
}

/// Bills a whole order, unless the key has an invoice.
pub(super) async fn put(
    desk: &Desk,
    site: &Site,
    key: &NaturalKey,
    invoice: &wire::Invoice,
) -> Result<(Document, bool), Error> {
    if let Some(there) = of_key(desk, site, key).await?.into_iter().next() {
        return Ok((there, false));
    }
    let action = format!("put {} {key}", Kind::Invoice);
    let order = keys::name(desk, Kind::Order, &invoice.order_key).await?;
    let order = order.ok_or_else(|| {
        let detail = format!("there is no order {}", invoice.order_key);
        errors::ours(action.clone(), "order_unknown", detail, Some("/order_key".to_owned()))
    })?;
    let order: order::Theirs = desk.read(keys::doctype(Kind::Order), &order).await?;
    let (theirs, ours) = (order.total(), invoice.total.map(|total| total.0));
    if theirs != ours {
        let said = theirs.map(|total| total.to_string()).unwrap_or_default();
        let detail = format!("its order {} comes to {said}", order.name);
        return Err(errors::ours(action, "total_mismatch", detail, Some("/total".to_owned())));
    }
    insert(desk, site, key, &new(site, key, invoice, &order)?, action).await
}

/// Inserts and submits, or finds what another worker has just made.
pub(super) async fn insert(
    desk: &Desk,
    site: &Site,
    key: &NaturalKey,
    new: &New<'_>,
    action: String,
) -> Result<(Document, bool), Error> {
    match desk.insert::<Theirs>(DOCTYPE, new, action).await {
        Ok(made) => Ok((document(desk, site, made).await?, true)),
        Err(error) if errors::is_taken(&error) => {
            let there = of_key(desk, site, key).await?.into_iter().next();
            there.map(|document| (document, false)).ok_or(error)
        }
        Err(error) => Err(error),
    }
}

fn new<'a>(
    site: &'a Site,
    key: &'a NaturalKey,
    invoice: &wire::Invoice,
    order: &'a order::Theirs,
) -> Result<New<'a>, Error> {
    let income = site.account(SALES)?.as_str();
    let row = |row: &'a order::Row| NewRow {
        item_code: Some(&row.item_code),
        item_name: &row.item_name,
        description: &row.item_name,
        qty: row.qty,
        uom: row.uom.as_deref().unwrap_or(&site.defaults.uom),
        conversion_factor: 1,
        rate: row.rate,
        price_list_rate: row.rate,
        income_account: income,
        cost_center: site.cost_center(),
        sales_order: Some(&order.name),
        so_detail: Some(&row.name),
    };
    Ok(New {
        customer: &order.customer,
        company: &site.company,
        custom_tb_key: key,
        set_posting_time: 1,
        posting_date: invoice.date,
        due_date: invoice.date,
        debit_to: site.receivable(order.currency)?.as_str(),
        currency: order.currency,
        conversion_rate: order.conversion_rate,
        price_list_currency: order.currency,
        plc_conversion_rate: order.conversion_rate,
        ignore_pricing_rule: 1,
        disable_rounded_total: 1,
        update_stock: 0,
        items: order.items.iter().map(row).collect(),
        taxes: order.taxes.clone(),
        apply_discount_on: "Net Total",
        discount_amount: order.discount_amount,
        returned: None,
        docstatus: 1,
    })
}

/// Every invoice, or return, of a key.
pub(super) async fn of_key(desk: &Desk, site: &Site, key: &NaturalKey) -> Result<Vec<Document>, Error> {
    let mut found = Vec::new();
    for name in keys::names(desk, Kind::Invoice, key).await? {
        found.push(document(desk, site, desk.read(DOCTYPE, &name).await?).await?);
    }
    found.sort_by_key(Document::is_cancelled);
    Ok(found)
}

/// The invoices of an order that were changed since then. The site's clock is in a time zone of its own, so that a day more is
/// looked at.
pub(super) async fn of_order(
    desk: &Desk,
    site: &Site,
    order: &NaturalKey,
    since: Timestamp,
) -> Result<Vec<Document>, Error> {
    let Some(order) = keys::name(desk, Kind::Order, order).await? else { return Ok(Vec::new()) };
    let since = since.checked_sub(jiff::SignedDuration::from_hours(24)).unwrap_or(since);
    let filters = [
        json!(["Sales Invoice Item", "sales_order", "=", order]),
        json!(["docstatus", "=", 1]),
        json!(["modified", ">=", since.strftime("%Y-%m-%d %H:%M:%S").to_string()]),
    ];
    let named: Vec<Named> = desk.list(DOCTYPE, &filters, &["name"]).await?;
    let mut found = Vec::new();
    // A join lists an invoice once for each of its rows.
    for name in named.into_iter().map(|row| row.name).collect::<std::collections::BTreeSet<_>>() {
        let invoice: Theirs = desk.read(DOCTYPE, &name).await?;
        if invoice.is_return == 0 {
            found.push(document(desk, site, invoice).await?);
        }
    }
    Ok(found)
}

/// In the words of the generic contract.
pub(super) async fn document(desk: &Desk, site: &Site, invoice: Theirs) -> Result<Document, Error> {
    if invoice.is_return == 1 {
        return credit_note::document(desk, site, invoice).await;
    }
    let mut content = Map::new();
    if let Some(order) = order_key(desk, &invoice).await? {
        content.insert("order_key".to_owned(), json!(order));
        content.insert("kind".to_owned(), json!("invoice"));
        content.insert("date".to_owned(), json!(invoice.posting_date));
    }
    content.extend(invoice.custom_tb_key.clone().map(|key| ("key".to_owned(), Value::String(key))));
    let total = invoice.grand_total.money(invoice.currency).map(MoneyText);
    Ok(Document { id: invoice.name, state: state(invoice.docstatus).to_owned(), total, content })
}

/// The key of the order that an invoice bills.
pub(super) async fn order_key(desk: &Desk, invoice: &Theirs) -> Result<Option<String>, Error> {
    match invoice.items.iter().find_map(|row| row.sales_order.as_deref()) {
        Some(order) => keys::key_of(desk, Kind::Order, order).await,
        None => Ok(None),
    }
}

/// What a submitted document is called.
pub(super) const fn state(docstatus: u8) -> &'static str {
    match docstatus {
        0 => "draft",
        1 => "posted",
        _ => "cancelled",
    }
}
