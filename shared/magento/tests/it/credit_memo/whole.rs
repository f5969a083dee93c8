//! A refund of all that an order came to.

use serde_json::{Value, json};

use super::{PUT, input, marker, memos, order, paid, paid_with, put, refund, simple};
use crate::world::{Options, payment};

/// Order, and what was paid for it.
const ORDERS: [(&str, u64, i64, &str); 10] = [
    ("simple", 41, 9890, "USD"),
    ("configurable", 42, 14200, "EUR"),
    ("bundle-dynamic", 43, 7575, "USD"),
    ("bundle-fixed", 44, 13565, "USD"),
    ("virtual", 46, 7404, "USD"),
    ("discount-before", 47, 8143, "USD"),
    ("prices-include-tax", 48, 9142, "USD"),
    ("jpy", 49, 14971, "JPY"),
    ("kwd", 50, 13388, "KWD"),
    ("two-taxes", 53, 12160, "USD"),
];

#[tokio::test]
async fn it_is_every_row_and_the_shipping_as_they_were_sold() {
    for (case, id, minor, currency) in ORDERS {
        let world = paid(order(case)).await;
        let named = json!([{ "found_in": "metadata", "id": id }]);
        let read = json!({ "payment": payment(minor, currency, &named) });
        let sold = world.run("magento.order.read", read).await.unwrap();
        let output = world.run(PUT, input(id, &[refund("re_1", minor, currency)])).await.unwrap();
        assert_eq!((&output["outcome"], &output["itemised"]), (&json!("made"), &json!(true)), "{case}");
        assert_eq!((&output["state"], &output["status"]), (&json!("closed"), &json!("closed")), "{case}");
        let memo = &output["memo"];
        let booked = sold["lines"].as_array().unwrap().iter().filter(|line| line["booked"] == true);
        let lines: Vec<Value> = booked
            .map(|line| {
                json!({
                    "order_line": line["id"], "sku": line["sku"], "quantity": line["quantity"], "net": line["net"],
                    "taxes": line["taxes"]
                })
            })
            .collect();
        assert_eq!(memo["lines"], json!(lines), "{case}");
        let shipping = &sold["shipping_charge"];
        assert_eq!(
            (&memo["shipping"], &memo["shipping_taxes"]),
            (&shipping["net"], &shipping["taxes"]),
            "{case}"
        );
        assert_eq!((&memo["adjustment"], &memo["total"]), (&sold["other"], &sold["grand_total"]), "{case}");
        assert_eq!((&memo["id"], &memo["order"]), (&json!(1), &json!(id)), "{case}");
    }
}

#[tokio::test]
async fn rows_are_named_and_nothing_comes_back_to_the_shelf() {
    let world = paid(simple()).await;
    world.requests();
    put(&world, &[refund("re_1", 9890, "USD")]).await.unwrap();
    let seen = world.door.take();
    let calls: Vec<_> = seen.iter().map(|seen| format!("{} {}", seen.method, seen.path)).collect();
    assert_eq!(
        calls,
        [
            "GET /rest/V1/orders/41",
            "GET /rest/V1/creditmemos",
            "GET /rest/V1/invoices",
            "POST /rest/V1/order/41/refund",
            "GET /rest/V1/creditmemos",
            "GET /rest/V1/orders/41",
        ]
    );
    let body: Value = serde_json::from_str(&seen[3].body).unwrap();
    assert_eq!(
        body,
        json!({
            "items": [{ "order_item_id": 411, "qty": 3 }, { "order_item_id": 412, "qty": 1 }],
            "notify": false, "appendComment": false,
            "comment": { "comment": marker("re_1"), "is_visible_on_front": 0 },
            "arguments": {
                "adjustment_positive": 0, "adjustment_negative": 0,
                "extension_attributes": { "return_to_stock_items": [] }
            }
        })
    );
    assert_eq!(memos(&world)[0]["comments"][0]["comment"], marker("re_1"));
}

/// A configurable goes back by its parent, a bundle by its children where they have prices, else by itself.
#[tokio::test]
async fn the_rows_that_carry_money_are_named() {
    for (case, id, minor, currency, rows) in [
        ("configurable", 42, 14200, "EUR", json!([421])),
        ("bundle-dynamic", 43, 7575, "USD", json!([432, 433, 434])),
        ("bundle-fixed", 44, 13565, "USD", json!([441])),
    ] {
        let world = paid(order(case)).await;
        world.requests();
        world.run(PUT, input(id, &[refund("re_1", minor, currency)])).await.unwrap();
        let body: Value = serde_json::from_str(&world.door.take()[3].body).unwrap();
        let named: Value =
            body["items"].as_array().unwrap().iter().map(|item| item["order_item_id"].clone()).collect();
        assert_eq!(named, rows, "{case}");
    }
}

/// What gift cards, store credit and product taxes do with a memo is their own modules' matter: rows would come to more than
/// was paid.
#[tokio::test]
async fn an_order_that_something_else_paid_a_part_of_goes_back_as_an_amount() {
    let world = paid(order("gift-card")).await;
    // The double's invoice knows no gift card: what is paid is what was charged.
    let mut order = world.order(51);
    for (name, amount) in [("total_paid", 48.9), ("base_total_paid", 48.9), ("total_due", 0.0)] {
        order[name] = json!(amount);
    }
    world.put(order);
    let output = world.run(PUT, input(51, &[refund("re_1", 4890, "USD")])).await.unwrap();
    assert_eq!((&output["outcome"], &output["itemised"]), (&json!("made"), &json!(false)));
    assert_eq!(output["memo"]["total"], json!({ "minor": "4890", "currency": "USD" }));
}

#[tokio::test]
async fn however_the_shop_writes_numbers() {
    let plain = paid(order("prices-include-tax")).await;
    let refunds = [refund("re_1", 9142, "USD")];
    let expected = plain.run(PUT, input(48, &refunds)).await.unwrap();
    for (noise, text) in [(true, false), (false, true)] {
        let mut options = Options::default();
        options.shop.switches.float_noise = noise;
        options.shop.switches.amounts_as_text = text;
        options.shop.switches.ids = sandbox::IdForm::Number;
        let world = paid_with_number_ids(options).await;
        assert_eq!(world.run(PUT, input(48, &refunds)).await.unwrap(), expected);
    }
}

async fn paid_with_number_ids(options: Options) -> crate::world::World {
    // The invoice's id is read as text by the helper: it is made while ids are text.
    let switches = options.shop.switches.clone();
    let mut first = options;
    first.shop.switches.ids = sandbox::IdForm::Text;
    let world = paid_with(order("prices-include-tax"), first).await;
    world.door.shop.set_magento_switches(switches);
    world
}
