//! An order's rows, as REST shows them.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::amounts::Amounts;
use super::basket::{Basket, Product, Shape};

/// A decimal as the JSON number of the same text.
pub(crate) fn number(amount: Decimal) -> Value {
    serde_json::from_str(&amount.normalize().to_string()).unwrap_or(Value::Null)
}

/// The rows of all products; ids begin at `first`.
pub(crate) fn items(basket: &Basket, order_id: u64, first: u64, at: &str) -> Vec<Value> {
    let mut rows: Vec<Value> = Vec::new();
    for product in &basket.products {
        let id = first + rows.len() as u64;
        let mut parent = row(basket, product, id, order_id, at, true, Decimal::from(product.qty));
        if basket.rules.discount > Decimal::ZERO {
            parent["applied_rule_ids"] = json!("1");
        }
        let children: Vec<Product> = match &product.shape {
            Shape::Simple | Shape::Virtual => Vec::new(),
            // The chosen child has the parent's article number.
            Shape::Configurable => {
                vec![Product { shape: Shape::Simple, id: product.id + 1, qty: 1, ..product.clone() }]
            }
            Shape::DynamicBundle(parts) | Shape::FixedBundle(parts) => parts.clone(),
        };
        let priced = matches!(product.shape, Shape::DynamicBundle(_));
        rows.push(parent.clone());
        for child in &children {
            let qty = Decimal::from(product.qty * child.qty);
            let mut value = row(basket, child, first + rows.len() as u64, order_id, at, priced, qty);
            value["parent_item_id"] = json!(id);
            value["parent_item"] = parent.clone();
            rows.push(value);
        }
    }
    rows
}

fn row(
    basket: &Basket,
    product: &Product,
    id: u64,
    order_id: u64,
    at: &str,
    priced: bool,
    qty: Decimal,
) -> Value {
    let worth = |rate: Decimal| match (&product.shape, priced) {
        (_, false) => Amounts::default(),
        // The parent repeats its children's prices and taxes, but not what was taken off them.
        (Shape::DynamicBundle(_), true) => {
            let all = product.amounts(rate, basket.rules);
            let with_tax =
                if basket.discounted_rows { all.row_total + all.tax } else { all.row_total_incl_tax };
            let (discount, compensation) = (Decimal::ZERO, Decimal::ZERO);
            Amounts { row_total_incl_tax: with_tax, discount, compensation, ..all }
        }
        (_, true) => {
            let one = Amounts::of(super::amounts::round(product.price * rate), qty, basket.rules);
            if basket.discounted_rows { one.after_discount(basket.rules) } else { one }
        }
    };
    let (order, base) = (worth(basket.rate), worth(Decimal::ONE));
    let mut row = Map::new();
    money(&mut row, "", &order);
    money(&mut row, "base_", &base);
    let percent = |percent: Decimal| if priced { number(percent) } else { json!(0) };
    let (is_virtual, kind) = match &product.shape {
        Shape::Simple => (0, "simple"),
        Shape::Virtual => (1, "virtual"),
        Shape::Configurable => (0, "configurable"),
        Shape::DynamicBundle(_) | Shape::FixedBundle(_) => (0, "bundle"),
    };
    let rest = json!({
        "created_at": at,
        "discount_percent": percent(basket.rules.discount),
        "free_shipping": 0,
        "is_qty_decimal": 0,
        "is_virtual": is_virtual,
        "item_id": id,
        "name": product.name,
        "no_discount": 0,
        "order_id": order_id,
        "product_id": product.id,
        "product_type": kind,
        "qty_canceled": 0,
        "qty_invoiced": 0,
        "qty_ordered": number(qty),
        "qty_refunded": 0,
        "qty_shipped": 0,
        "quote_item_id": id,
        "row_weight": if is_virtual == 1 { json!(0) } else { number(qty) },
        "sku": product.sku,
        "store_id": 1,
        "tax_percent": percent(basket.rules.tax),
        "updated_at": at,
        "weight": 1,
    });
    row.extend(rest.as_object().cloned().unwrap_or_default());
    if let Some(option) = option(product) {
        row.insert("product_option".to_owned(), option);
    }
    Value::Object(row)
}

fn option(product: &Product) -> Option<Value> {
    let attributes = match &product.shape {
        Shape::Simple | Shape::Virtual => return None,
        Shape::Configurable => {
            json!({"configurable_item_options": [{"option_id": "93", "option_value": 50}]})
        }
        Shape::DynamicBundle(parts) | Shape::FixedBundle(parts) => {
            let options: Vec<Value> = parts
                .iter()
                .enumerate()
                .map(|(n, part)| json!({"option_id": n + 1, "option_qty": part.qty, "option_selections": [n + 1]}))
                .collect();
            json!({"bundle_options": options})
        }
    };
    Some(json!({"extension_attributes": attributes}))
}

fn money(row: &mut Map<String, Value>, prefix: &str, amounts: &Amounts) {
    let mut set = |name: &str, amount: Decimal| row.insert(format!("{prefix}{name}"), number(amount));
    set("amount_refunded", Decimal::ZERO);
    set("discount_amount", amounts.discount);
    set("discount_invoiced", Decimal::ZERO);
    set("discount_tax_compensation_amount", amounts.compensation);
    set("original_price", amounts.price);
    set("price", amounts.price);
    set("price_incl_tax", amounts.price_incl_tax);
    set("row_invoiced", Decimal::ZERO);
    set("row_total", amounts.row_total);
    set("row_total_incl_tax", amounts.row_total_incl_tax);
    set("tax_amount", amounts.tax);
    set("tax_invoiced", Decimal::ZERO);
}
