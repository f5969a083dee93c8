//! Invoices.
//!
//! Source: `Sales/Model/InvoiceOrder.php`, `Sales/Model/Order/Invoice` and its totals of magento/magento2.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::decimal::{add, amount, json as number, round, set};
use super::document::{asked, comments};
use super::refusal::Refusal;
use super::rows::{all, id, is_money_dummy, parent, to_invoice};
use super::shop::{Shop, next_id, now};
use super::status;

const NO_PRODUCTS: &str = "The invoice can't be created without products. Add products and try again.";
/// Amounts of a row that are divided by quantity; the last invoice takes what is left.
const ROW_AMOUNTS: [(&str, &str); 4] = [
    ("row_total", "row_invoiced"),
    ("tax_amount", "tax_invoiced"),
    ("discount_amount", "discount_invoiced"),
    ("discount_tax_compensation_amount", "discount_tax_compensation_invoiced"),
];

/// The same in base currency.
const BASE_ROW_AMOUNTS: [(&str, &str); 4] = [
    ("base_row_total", "base_row_invoiced"),
    ("base_tax_amount", "base_tax_invoiced"),
    ("base_discount_amount", "base_discount_invoiced"),
    ("base_discount_tax_compensation_amount", "base_discount_tax_compensation_invoiced"),
];

/// A row's part of an invoice.
struct Part {
    index: usize,
    qty: Decimal,
    amounts: [Decimal; 4],
    base_amounts: [Decimal; 4],
}

/// `POST /V1/order/:id/invoice`; gives the invoice's id.
pub(super) fn create(shop: &mut Shop, order_id: u64, body: &Value) -> Result<u64, Refusal> {
    let next = next_id(&shop.invoices);
    let order = shop.order_mut(order_id)?;
    let parts = parts(order, body)?;
    let invoice = invoice(order, &parts, body, next);
    book(order, &parts, &invoice);
    shop.invoices.insert(next, invoice);
    Ok(next)
}

/// Which rows and how many, or why not.
fn parts(order: &Value, body: &Value) -> Result<Vec<Part>, Refusal> {
    let asked = asked(body);
    let mut parts = Vec::new();
    let mut any_dummy_asked = false;
    for (index, row) in all(order).iter().enumerate() {
        let open = to_invoice(row);
        let wanted = match &asked {
            None => open,
            Some(asked) => asked.get(&id(row)).copied().unwrap_or_default(),
        };
        if is_money_dummy(order, row) {
            let with_parent =
                parent(row).zip(asked.as_ref()).is_some_and(|(parent, asked)| asked.contains_key(&parent));
            any_dummy_asked |= with_parent;
            continue;
        }
        if wanted <= Decimal::ZERO || open.is_zero() {
            continue;
        }
        if wanted > open {
            let text = "We found an invalid quantity to invoice item \"%1\".";
            return Err(Refusal::new(400, text).with(json!([row["name"]])));
        }
        let amounts = shares(row, wanted, &ROW_AMOUNTS);
        parts.push(Part {
            index,
            qty: wanted,
            amounts,
            base_amounts: shares(row, wanted, &BASE_ROW_AMOUNTS),
        });
    }
    let mut lines = Vec::new();
    if parts.is_empty() && !any_dummy_asked && !(asked.is_none() && status::state(order) == "holded") {
        lines.push(NO_PRODUCTS.to_owned());
    }
    if status::forbids_invoice(order) {
        let status = order["status"].as_str().unwrap_or_default();
        lines.push(format!("An invoice cannot be created when an order has a status of {status}"));
    } else if !status::can_invoice(order) {
        lines.push("The order does not allow an invoice to be created.".to_owned());
    }
    if lines.is_empty() { Ok(parts) } else { Err(Refusal::document("Invoice", &lines)) }
}

/// A row's amounts for a quantity: by share, the last one takes what is left.
fn shares(row: &Value, qty: Decimal, names: &[(&str, &str); 4]) -> [Decimal; 4] {
    let ordered = amount(row, "qty_ordered");
    let is_last = qty == to_invoice(row);
    names.map(|(whole, invoiced)| {
        let whole = amount(row, whole);
        if is_last { whole - amount(row, invoiced) } else { round(whole * qty / ordered) }
    })
}

fn invoice(order: &Value, parts: &[Part], body: &Value, id: u64) -> Value {
    let sum = |at: usize| parts.iter().map(|part| part.amounts[at]).sum::<Decimal>();
    let is_first = amount(order, "shipping_invoiced").is_zero() && amount(order, "total_invoiced").is_zero();
    let when_first = |name: &str| if is_first { amount(order, name) } else { Decimal::ZERO };
    let shipping = when_first("shipping_amount");
    let tax = sum(1) + when_first("shipping_tax_amount");
    let discount = sum(2) + when_first("shipping_discount_amount");
    let compensation = sum(3) + when_first("shipping_discount_tax_compensation_amount");
    let rest = all(order).iter().enumerate().all(|(index, row)| {
        let qty = parts.iter().find(|part| part.index == index).map(|part| part.qty).unwrap_or_default();
        is_money_dummy(order, row) || to_invoice(row) == qty
    });
    let open = amount(order, "grand_total") - amount(order, "total_invoiced");
    let grand = if rest { open } else { sum(0) - discount + compensation + tax + shipping };
    let base_open = amount(order, "base_grand_total") - amount(order, "base_total_invoiced");
    let base_sum = |at: usize| parts.iter().map(|part| part.base_amounts[at]).sum::<Decimal>();
    let base_shipping = when_first("base_shipping_amount") + when_first("base_shipping_tax_amount")
        - when_first("base_shipping_discount_amount")
        + when_first("base_shipping_discount_tax_compensation_amnt");
    let base_parts = base_sum(0) + base_sum(1) - base_sum(2) + base_sum(3) + base_shipping;
    let base = if rest { base_open } else { base_parts };
    let now = now();
    let items: Vec<Value> = parts
        .iter()
        .map(|part| {
            let row = &all(order)[part.index];
            json!({
                "order_item_id": row["item_id"], "sku": row["sku"], "name": row["name"], "qty": number(part.qty),
                "price": row["price"], "row_total": number(part.amounts[0]), "tax_amount": number(part.amounts[1])
            })
        })
        .collect();
    let mut invoice = json!({
        "entity_id": id, "increment_id": format!("{id:09}"), "order_id": order["entity_id"], "state": 2,
        "store_id": order["store_id"], "order_currency_code": order["order_currency_code"],
        "base_currency_code": order["base_currency_code"], "grand_total": number(grand), "base_grand_total": number(base),
        "subtotal": number(sum(0)), "tax_amount": number(tax), "discount_amount": number(-discount),
        "total_qty": number(parts.iter().map(|part| part.qty).sum()), "created_at": now, "updated_at": now,
        "items": items, "comments": comments(body)
    });
    if is_first {
        invoice["shipping_amount"] = number(shipping);
    }
    invoice
}

/// What the order, its rows and its state learn of the invoice.
fn book(order: &mut Value, parts: &[Part], invoice: &Value) {
    for part in parts {
        let row_id = id(&all(order)[part.index]);
        let ordered = amount(&all(order)[part.index], "qty_ordered");
        let Some(items) = order["items"].as_array_mut() else { return };
        for row in items.iter_mut().filter(|row| id(row) == row_id || parent(row) == Some(row_id)) {
            // Children go along by their share of the parent.
            let qty =
                if id(row) == row_id { part.qty } else { part.qty * amount(row, "qty_ordered") / ordered };
            add(row, "qty_invoiced", qty);
        }
        let row = &mut items[part.index];
        let own = ROW_AMOUNTS.iter().zip(part.amounts);
        for ((_, invoiced), share) in own.chain(BASE_ROW_AMOUNTS.iter().zip(part.base_amounts)) {
            add(row, invoiced, share);
        }
    }
    settle_bundles(order);
    for (of_order, of_invoice) in [
        ("total_invoiced", "grand_total"),
        ("total_paid", "grand_total"),
        ("base_total_invoiced", "base_grand_total"),
        ("base_total_paid", "base_grand_total"),
        ("subtotal_invoiced", "subtotal"),
        ("tax_invoiced", "tax_amount"),
        ("shipping_invoiced", "shipping_amount"),
    ] {
        add(order, of_order, amount(invoice, of_invoice));
    }
    let due = amount(order, "grand_total") - amount(order, "total_paid");
    set(order, "total_due", due);
    let base_due = amount(order, "base_grand_total") - amount(order, "base_total_paid");
    set(order, "base_total_due", base_due);
    // The trap: only from new or processing does an invoice lead to processing.
    let next = if matches!(status::state(order), "new" | "processing") { "processing" } else { "new" };
    let is_virtual_paid = order["is_virtual"] == 1 && due.is_zero();
    status::set_state(order, if is_virtual_paid { "processing" } else { next });
    status::saved(order);
}

/// A bundle whose children are all invoiced is invoiced.
fn settle_bundles(order: &mut Value) {
    let done: Vec<u64> = all(order)
        .iter()
        .filter(|row| row["product_type"] == "bundle" && is_money_dummy(order, row))
        .filter(|row| {
            all(order)
                .iter()
                .filter(|child| parent(child) == Some(id(row)))
                .all(|child| to_invoice(child).is_zero())
        })
        .map(id)
        .collect();
    for row in order["items"].as_array_mut().into_iter().flatten().filter(|row| done.contains(&id(row))) {
        let ordered = amount(row, "qty_ordered");
        set(row, "qty_invoiced", ordered);
    }
}

/// Writes a transaction id on an invoice.
pub(super) fn set_transaction(shop: &mut Shop, id: u64, transaction: &str) {
    if let Some(invoice) = shop.invoices.get_mut(&id) {
        invoice["transaction_id"] = json!(transaction);
    }
}

/// `POST /V1/invoices/`: a raw save of an invoice that exists. Only what is sent is written.
pub(super) fn raw_save(shop: &mut Shop, body: &Value) -> Result<Value, Refusal> {
    let id = body["entity"]["entity_id"].as_u64().unwrap_or_default();
    let invoice = shop.invoices.get_mut(&id).ok_or_else(Refusal::no_entity)?;
    if let Some(transaction) = body["entity"]["transaction_id"].as_str() {
        invoice["transaction_id"] = json!(transaction);
    }
    invoice["updated_at"] = json!(now());
    let mut answer = json!({ "total_qty": null });
    for name in ["created_at", "entity_id", "order_id", "transaction_id", "updated_at", "items"] {
        answer[name] = invoice[name].clone();
    }
    Ok(answer)
}
