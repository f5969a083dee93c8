//! What a memo says, in lines that add up.

use serde_json::{Value, json};

use super::{PUT, input, marker, memos, money, order, paid, refund, somebody_credits};
use crate::door::Reply;
use crate::world::World;

/// A shop's memo of some rows, told as the refund's own.
async fn told(world: &World, order: u64, change: impl Fn(&mut Value)) -> Value {
    let mut list = memos(world);
    list[0]["comments"] = json!([{ "comment": "by hand" }]);
    list[0]["transaction_id"] = json!("re_1");
    change(&mut list[0]);
    world.requests();
    world.door.reply(1, Reply::json(200, &json!({ "items": list, "total_count": 1 })));
    let found = world.find(PUT, input(order, &[refund("re_1", 1, "USD")])).await.unwrap().unwrap();
    found["memo"].clone()
}

/// One tee of three, half the shipping, a fee kept; prices with tax, a discount on all.
async fn part() -> World {
    let world = paid(order("prices-include-tax")).await;
    let body = json!({
        "items": [{ "order_item_id": 481, "qty": 1 }],
        "arguments": { "shipping_amount": 10, "adjustment_positive": 0, "adjustment_negative": 2 }
    });
    somebody_credits(&world, 48, &body).await;
    world
}

#[tokio::test]
async fn a_part_of_an_order_is_told_by_rows_shipping_and_fee() {
    let memo = told(&part().await, 48, |_| {}).await;
    let tax = |minor| json!([{ "code": "US-NY-8.875", "percent": "8.875", "amount": money(minor, "USD") }]);
    // 59.96 less 6.00 with 0.49 of tax in it, a third; 20.00 less 2.00 with 0.17 of tax in it, a half. Half of that tax is 0.08:
    // Magento's rounding remembers what the tax of the shipping has gained.
    let line = json!({
        "order_line": 481, "sku": "TEE-BLUE", "quantity": "1", "net": money(1815, "USD"), "taxes": tax(161)
    });
    assert_eq!(memo["lines"], json!([line]));
    assert_eq!((&memo["shipping"], &memo["adjustment"]), (&money(908, "USD"), &money(-200, "USD")));
    assert_eq!(memo["shipping_taxes"].as_array().unwrap().len(), 1);
}

/// What the parts do not explain carries no tax; what is missing of the tax is where there is most.
#[tokio::test]
async fn a_rest_goes_where_it_changes_least() {
    let world = part().await;
    let plain = told(&world, 48, |_| {}).await;
    let minor = |value: &Value| value["minor"].as_str().unwrap().parse::<i64>().unwrap();
    let total = super::decimal(&memos(&world)[0]["grand_total"]);
    let tax = super::decimal(&memos(&world)[0]["tax_amount"]);
    let memo =
        told(&world, 48, |memo| memo["grand_total"] = super::number(total + super::decimal(&json!(3)))).await;
    assert_eq!(minor(&memo["adjustment"]), minor(&plain["adjustment"]) + 300);
    assert_eq!(memo["lines"], plain["lines"]);
    let cent = rust_decimal::Decimal::new(1, 2);
    let memo = told(&world, 48, |memo| {
        memo["tax_amount"] = super::number(tax + cent);
        memo["grand_total"] = super::number(total + cent);
    })
    .await;
    let of = |memo: &Value| minor(&memo["lines"][0]["taxes"][0]["amount"]);
    assert_eq!((of(&memo), &memo["adjustment"]), (of(&plain) + 1, &plain["adjustment"]));
    assert_eq!(memo["shipping_taxes"], plain["shipping_taxes"]);
}

/// Rows that go along without money of their own are no lines.
#[tokio::test]
async fn several_taxes_keep_their_codes_and_dummies_are_no_lines() {
    let world = paid(order("two-taxes")).await;
    somebody_credits(
        &world,
        53,
        &json!({ "items": [{ "order_item_id": 532, "qty": 1 }], "arguments": { "shipping_amount": 0 } }),
    )
    .await;
    let memo = told(&world, 53, |_| {}).await;
    assert!(memo["lines"][0]["taxes"].as_array().unwrap().len() > 1, "{memo}");
    let world = paid(order("bundle-dynamic")).await;
    somebody_credits(
        &world,
        43,
        &json!({ "items": [{ "order_item_id": 433, "qty": 1 }], "arguments": { "shipping_amount": 0 } }),
    )
    .await;
    let memo = told(&world, 43, |_| {}).await;
    let rows: Vec<_> =
        memo["lines"].as_array().unwrap().iter().map(|line| line["order_line"].clone()).collect();
    assert_eq!(rows, [433]);
}

#[tokio::test]
async fn a_memo_that_cannot_be_read_is_refused_by_name() {
    for (name, value) in
        [("increment_id", json!("")), ("increment_id", Value::Null), ("grand_total", json!("x"))]
    {
        let world = part().await;
        let mut list = memos(&world);
        list[0]["comments"] = json!([{ "comment": marker("re_1") }]);
        list[0][name] = value.clone();
        world.requests();
        world.door.reply(1, Reply::json(200, &json!({ "items": list, "total_count": 1 })));
        let total = super::decimal(&memos(&world)[0]["grand_total"]) * rust_decimal::Decimal::from(100);
        let total = i64::try_from(total.trunc()).unwrap();
        let found = world.find(PUT, input(48, &[refund("re_1", total, "USD")])).await;
        let code = found.unwrap_err().code;
        assert!(
            ["malformed_credit_memo", "malformed_answer"].contains(&code.as_str()),
            "{name} {value}: {code}"
        );
    }
}
