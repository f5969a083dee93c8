//! Invoices.
//!
//! Source: `Sales/Model/{InvoiceOrder,Service/InvoiceService,Order/Invoice,Order/Invoice/PayOperation}.php` of
//! magento/magento2.

mod book;
mod pick;
mod raw;
mod totals;

use serde_json::{Value, json};

use super::amount::{Side, json as number};
use super::document::{asked, comments, head, rows_of};
use super::order::state::{self, Cause};
use super::part::Part;
use super::refusal::Refusal;
use super::rows;
use super::shop::{Kind, Shop};
pub(super) use raw::save;
use totals::Sums;

const PAID: u64 = 2;

/// `POST /V1/order/:id/invoice`; gives the invoice's id. It is paid at once, whatever captures the money.
pub(super) fn create(shop: &mut Shop, order: &Value, body: &Value) -> Result<u64, Refusal> {
    let mut order = order.clone();
    let mut parts = pick::parts(&order, &asked(body)?)?;
    refuse(&order, &parts)?;
    let id = order["entity_id"].as_u64().unwrap_or_default();
    let previous: Vec<&Value> = shop.documents_of(Kind::Invoice, id).collect();
    let sums = totals::collect(&order, &previous, &mut parts);
    parts.retain(|part| !part.qty.is_zero());
    let number = shop.ids.document(Kind::Invoice);
    let invoice = document(shop, number, &order, &parts, &sums, body);
    book::book(&mut order, &parts, &invoice);
    let next = state::after_document(&order, Cause::Progress);
    state::set(&mut order, next);
    shop.invoices.insert(number, invoice);
    shop.save(order);
    Ok(number)
}

fn refuse(order: &Value, parts: &[Part]) -> Result<(), Refusal> {
    let mut lines = Vec::new();
    if parts.iter().all(|part| part.qty.is_zero()) {
        lines.push("The invoice can't be created without products. Add products and try again.".to_owned());
    }
    if state::forbids_invoice(order) {
        let status = order["status"].as_str().unwrap_or_default();
        lines.push(format!("An invoice cannot be created when an order has a status of {status}"));
    } else if !state::can_invoice(order) {
        lines.push("The order does not allow an invoice to be created.".to_owned());
    }
    if lines.is_empty() { Ok(()) } else { Err(Refusal::document("Invoice", &lines)) }
}

fn document(
    shop: &mut Shop,
    number_: u64,
    order: &Value,
    parts: &[Part],
    sums: &[Sums; 2],
    body: &Value,
) -> Value {
    let mut invoice = Value::Object(head(Kind::Invoice, number_, order));
    invoice["state"] = json!(PAID);
    invoice["can_void_flag"] = json!(0);
    invoice["total_qty"] = number(parts.iter().map(|part| part.qty).sum());
    for (side, sums) in Side::BOTH.into_iter().zip(sums) {
        sums.write(side, &mut invoice);
    }
    let items = rows::all(order);
    let made = parts.iter().map(|part| part.row(&items[part.index]));
    invoice["items"] = rows_of(Kind::Invoice, number_, &mut shop.ids, made);
    invoice["comments"] = comments(body, number_, &mut shop.ids);
    if let Some(description) = order.get("discount_description").filter(|text| !text.is_null()) {
        invoice["discount_description"] = description.clone();
    }
    invoice
}
