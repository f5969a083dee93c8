//! The whole order, as REST of a Magento 2.4.5 shows it.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::basket::{BASE, Basket, Shape, Sums, Totals};
use super::item::{items, number};

/// Magento's code of the one tax rate.
const TAX_CODE: &str = "US-NY-8.875";

/// Builds it. `number` is the shop's id; ids of rows and addresses follow from it.
pub(crate) fn order(basket: &Basket, totals: &Totals, increment_id: &str, number_: u64) -> Value {
    let now = crate::clock::now().strftime("%Y-%m-%d %H:%M:%S").to_string();
    let rows = items(basket, number_, number_ * 100, &now);
    let mut order = head(basket, increment_id, number_, &now);
    sums(&mut order, "", &totals.order);
    sums(&mut order, "base_", &totals.base);
    let pieces: u32 = basket.products.iter().map(|product| product.qty).sum();
    let grand_total = number(totals.order.grand_total);
    let payment = json!({
        "account_status": null,
        "additional_information": ["Pay by card", "pi_at_checkout"],
        "amount_ordered": grand_total,
        "base_amount_ordered": number(totals.base.grand_total),
        "base_shipping_amount": number(totals.base.shipping.row_total),
        "cc_last4": null,
        "entity_id": number_,
        "method": "stripe_payments",
        "parent_id": number_,
        "shipping_amount": number(totals.order.shipping.row_total),
    });
    let rest = json!({
        "total_item_count": basket.products.len(),
        "total_qty_ordered": pieces,
        "weight": if basket.is_virtual() { 0 } else { pieces },
        "billing_address": address("billing", number_ * 2, number_),
        "payment": payment,
        "status_histories": [],
        "extension_attributes": extensions(basket, totals, &rows, number_),
        "items": rows,
    });
    order.extend(rest.as_object().cloned().unwrap_or_default());
    Value::Object(order)
}

fn head(basket: &Basket, increment_id: &str, id: u64, now: &str) -> Map<String, Value> {
    let mut head = json!({
        "base_currency_code": BASE,
        "base_to_global_rate": 1,
        "base_to_order_rate": number(basket.rate),
        "billing_address_id": id * 2,
        "created_at": now,
        "customer_email": "ada@example.com",
        "customer_firstname": "Ada",
        "customer_group_id": i32::from(!basket.guest),
        "customer_is_guest": i32::from(basket.guest),
        "customer_lastname": "Lovelace",
        "customer_note_notify": 1,
        "email_sent": 1,
        "entity_id": id,
        "global_currency_code": BASE,
        "increment_id": increment_id,
        "is_virtual": i32::from(basket.is_virtual()),
        "order_currency_code": basket.currency,
        "protect_code": format!("{id:032x}"),
        "quote_id": id,
        "remote_ip": "203.0.113.7",
        "state": basket.state,
        "status": basket.status,
        "store_currency_code": BASE,
        "store_id": 1,
        "store_name": "Main Website\nMain Website Store\nDefault Store View",
        "store_to_base_rate": 0,
        "store_to_order_rate": 0,
        "updated_at": now,
    });
    if !basket.guest {
        head["customer_id"] = json!(7);
    }
    if !basket.is_virtual() {
        head["shipping_description"] = json!("Flat Rate - Fixed");
    }
    if basket.rules.discount > Decimal::ZERO {
        head["applied_rule_ids"] = json!("1");
        head["coupon_code"] = json!("WELCOME");
        head["discount_description"] = json!("WELCOME");
    }
    if basket.state == "holded" {
        head["hold_before_state"] = json!("new");
        head["hold_before_status"] = json!("pending");
    }
    head.as_object().cloned().unwrap_or_default()
}

fn sums(order: &mut Map<String, Value>, prefix: &str, sums: &Sums) {
    let mut set = |name: &str, amount: Decimal| order.insert(format!("{prefix}{name}"), number(amount));
    set("subtotal", sums.subtotal);
    set("subtotal_incl_tax", sums.subtotal_incl_tax);
    set("discount_amount", sums.discount);
    set("tax_amount", sums.tax);
    set("discount_tax_compensation_amount", sums.compensation);
    set("shipping_amount", sums.shipping.row_total);
    set("shipping_incl_tax", sums.shipping.row_total_incl_tax);
    set("shipping_tax_amount", sums.shipping.tax);
    set("shipping_discount_amount", sums.shipping.discount);
    set(shipping_compensation(prefix), sums.shipping.compensation);
    set("grand_total", sums.grand_total);
    set("total_due", sums.grand_total);
}

/// Magento's own column name is cut off in base currency.
fn shipping_compensation(prefix: &str) -> &'static str {
    if prefix.is_empty() {
        "shipping_discount_tax_compensation_amount"
    } else {
        "shipping_discount_tax_compensation_amnt"
    }
}

fn extensions(basket: &Basket, totals: &Totals, rows: &[Value], id: u64) -> Value {
    let mut total = Map::new();
    for (prefix, sums) in [("", &totals.order), ("base_", &totals.base)] {
        let mut set = |name: &str, amount: Decimal| total.insert(format!("{prefix}{name}"), number(amount));
        set("shipping_amount", sums.shipping.row_total);
        set("shipping_incl_tax", sums.shipping.row_total_incl_tax);
        set("shipping_tax_amount", sums.shipping.tax);
        set("shipping_discount_amount", sums.shipping.discount);
        set(shipping_compensation(prefix), sums.shipping.compensation);
    }
    let shipping = if basket.is_virtual() {
        json!({"total": total})
    } else {
        json!({"address": address("shipping", id * 2 + 1, id), "method": "flatrate_flatrate", "total": total})
    };
    let tax = |order: Decimal, base: Decimal| {
        json!({
            "code": TAX_CODE,
            "title": TAX_CODE,
            "percent": number(basket.rules.tax),
            "amount": number(order),
            "base_amount": number(base),
        })
    };
    let mut by_item = Vec::new();
    if totals.order.shipping.tax > Decimal::ZERO {
        let taxes = [tax(totals.order.shipping.tax, totals.base.shipping.tax)];
        by_item.push(json!({"type": "shipping", "applied_taxes": taxes}));
    }
    for (row, amounts) in rows.iter().zip(taxed(basket, rows)) {
        if let Some((order, base)) = amounts {
            let taxes = [tax(order, base)];
            by_item.push(json!({"type": "product", "item_id": row["item_id"], "applied_taxes": taxes}));
        }
    }
    json!({
        "shipping_assignments": [{"shipping": shipping, "items": rows}],
        "payment_additional_info": [
            {"key": "method_title", "value": "Pay by card"},
            {"key": "payment_intent", "value": "pi_at_checkout"},
        ],
        "applied_taxes": [tax(totals.order.tax, totals.base.tax)],
        "item_applied_taxes": by_item,
        "converting_from_quote": true,
    })
}

/// The tax of each row that is taxed by itself: not the parents of dynamic bundles, whose children are.
fn taxed(basket: &Basket, rows: &[Value]) -> Vec<Option<(Decimal, Decimal)>> {
    let dynamic = |row: &Value| {
        basket
            .products
            .iter()
            .any(|product| matches!(product.shape, Shape::DynamicBundle(_)) && row["sku"] == product.sku)
    };
    let amount = |value: &Value| value.to_string().parse::<Decimal>().unwrap_or_default();
    rows.iter()
        .map(|row| {
            let (order, base) = (amount(&row["tax_amount"]), amount(&row["base_tax_amount"]));
            (!dynamic(row) && order > Decimal::ZERO).then_some((order, base))
        })
        .collect()
}

fn address(kind: &str, id: u64, order_id: u64) -> Value {
    json!({
        "address_type": kind,
        "city": "New York",
        "country_id": "US",
        "email": "ada@example.com",
        "entity_id": id,
        "firstname": "Ada",
        "lastname": "Lovelace",
        "parent_id": order_id,
        "postcode": "10001",
        "region": "New York",
        "region_code": "NY",
        "region_id": 43,
        "street": ["12 St James Square", "Flat 2"],
        "telephone": "2125550100",
    })
}
