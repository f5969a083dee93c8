//! Credit memos: money that goes back, by row, by shipping, by adjustment.
//!
//! Source: `Sales/Model/{RefundOrder,RefundInvoice,Order/CreditmemoFactory,Order/Creditmemo}.php` of magento/magento2.

mod book;
mod check;
mod pick;
mod shipping;
mod totals;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::amount::{Side, amount, json as number, parsed, round};
use super::document::{asked, comments, head, rows_of};
use super::order::state::{self, Cause};
use super::part::Part;
use super::refusal::Refusal;
use super::rows;
use super::shop::{Kind, Shop};
use totals::Sums;

const REFUNDED: u64 = 2;

/// What a request says besides rows. All in base currency, whatever the order's.
#[derive(Clone, Copy, Debug, Default)]
struct Arguments {
    /// Left out: all that is left.
    shipping: Option<Decimal>,
    positive: Option<Decimal>,
    negative: Option<Decimal>,
}

/// `POST /V1/order/:id/refund`; gives the credit memo's id. It books only: no gateway hears of it.
pub(super) fn create(shop: &mut Shop, order: &Value, body: &Value) -> Result<u64, Refusal> {
    refund(shop, order, body, None)
}

/// `POST /V1/invoice/:id/refund`: what the invoice holds limits what goes back.
pub(super) fn create_for_invoice(shop: &mut Shop, invoice: u64, body: &Value) -> Result<u64, Refusal> {
    let invoice = shop.invoices.get(&invoice).cloned().ok_or_else(Refusal::no_entity)?;
    let order = shop.order(invoice["order_id"].as_u64().unwrap_or_default())?.clone();
    refund(shop, &order, body, Some(&invoice))
}

fn refund(shop: &mut Shop, order: &Value, body: &Value, invoice: Option<&Value>) -> Result<u64, Refusal> {
    let mut order = order.clone();
    let asked = asked(body)?;
    let arguments = arguments(&order, &body["arguments"], invoice)?;
    let previous: Vec<&Value> = shop
        .creditmemos
        .values()
        .filter(|memo| invoice.is_some_and(|invoice| memo["invoice_id"] == invoice["entity_id"]))
        .collect();
    let limits = invoice.map(|invoice| pick::limits(invoice, &previous));
    let mut parts = pick::parts(&order, &asked, invoice, limits.as_ref())?;
    let base = totals::Basis { order: &order, invoice, previous: &previous, arguments };
    let sums = base.collect(&mut parts)?;
    check::refuse(&order, invoice, limits.as_ref(), &parts, &asked, &sums)?;
    parts.retain(|part| !part.qty.is_zero());
    let id = shop.ids.document(Kind::Creditmemo);
    let memo = document(shop, id, &order, invoice, &parts, &sums, body);
    book::book(&mut order, &parts, &memo, &mut shop.ids);
    order["customer_note_notify"] = json!(i32::from(body["notify"] == true));
    let next = state::after_document(&order, Cause::Refund);
    state::set_keeping_status(&mut order, next);
    if let Some(invoice) = invoice {
        let refunded = amount(invoice, "base_total_refunded") + amount(&memo, "base_grand_total");
        if let Some(stored) = shop.invoices.get_mut(&invoice["entity_id"].as_u64().unwrap_or_default()) {
            stored["base_total_refunded"] = number(refunded);
            stored["is_used_for_refund"] = json!(1);
        }
    }
    give_back(shop, &order, &parts, body);
    shop.creditmemos.insert(id, memo);
    shop.save(order);
    Ok(id)
}

fn arguments(order: &Value, sent: &Value, invoice: Option<&Value>) -> Result<Arguments, Refusal> {
    let number = |name: &str| match &sent[name] {
        Value::Null => Ok(None),
        value => match parsed(value) {
            Some(amount) => Ok(Some(amount)),
            None => {
                share_of(order, value).map(Some).ok_or_else(|| Refusal::wrong_field(name, value, "float"))
            }
        },
    };
    // An invoice brings its own shipping, where nobody says otherwise.
    let left = amount(order, "base_shipping_amount") - amount(order, "base_shipping_refunded");
    let of_invoice = invoice.map(|invoice| left.min(amount(invoice, "base_shipping_amount")));
    Ok(Arguments {
        shipping: number("shipping_amount")?.or(of_invoice),
        positive: number("adjustment_positive")?.map(round),
        negative: number("adjustment_negative")?.map(round),
    })
}

/// `10%` is a share of the order's total.
fn share_of(order: &Value, value: &Value) -> Option<Decimal> {
    let percent: Decimal = value.as_str()?.trim().strip_suffix('%')?.parse().ok()?;
    Some(amount(order, "grand_total") * percent / Decimal::ONE_HUNDRED)
}

fn document(
    shop: &mut Shop,
    id: u64,
    order: &Value,
    invoice: Option<&Value>,
    parts: &[Part],
    sums: &[Sums; 2],
    body: &Value,
) -> Value {
    let mut memo = Value::Object(head(Kind::Creditmemo, id, order));
    memo["state"] = json!(REFUNDED);
    for (side, sums) in Side::BOTH.into_iter().zip(sums) {
        sums.write(side, &mut memo);
    }
    if let Some(invoice) = invoice {
        memo["invoice_id"] = invoice["entity_id"].clone();
    }
    if let Some(description) = order.get("discount_description").filter(|text| !text.is_null()) {
        memo["discount_description"] = description.clone();
    }
    let items = rows::all(order);
    let made = parts.iter().map(|part| {
        let mut row = part.row(&items[part.index]);
        row.insert("base_cost".to_owned(), Value::Null);
        if !part.is_dummy {
            for (name, value) in [
                ("base_weee_tax_row_disposition", json!(0)),
                ("weee_tax_applied", json!("[]")),
                ("weee_tax_applied_row_amount", json!(0)),
                ("weee_tax_row_disposition", json!(0)),
            ] {
                row.insert(name.to_owned(), value);
            }
        }
        row
    });
    memo["items"] = rows_of(Kind::Creditmemo, id, &mut shop.ids, made);
    memo["comments"] = comments(body, id, &mut shop.ids);
    memo
}

/// Pieces go back to the shelf only where the request says so.
fn give_back(shop: &mut Shop, order: &Value, parts: &[Part], body: &Value) {
    let wanted = body.pointer("/arguments/extension_attributes/return_to_stock_items");
    let wanted = wanted.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for part in parts {
        let row = &rows::all(order)[part.index];
        if wanted.contains(&row["item_id"]) {
            shop.inventory.give_back(row["sku"].as_str().unwrap_or_default(), part.qty);
        }
    }
}
