//! A refund of a part: an amount, of which nobody has said what it was for.

use serde_json::{Value, json};

use super::{
    PUT, amount_of, decimal, input, marker, memos, money, order, paid, put, refund, simple, somebody_credits,
    totals,
};

#[tokio::test]
async fn it_is_an_adjustment_and_nothing_else() {
    let world = paid(simple()).await;
    world.requests();
    let output = put(&world, &[refund("re_1", 500, "USD")]).await.unwrap();
    let memo = json!({
        "id": 1, "number": "000000001", "order": 41, "lines": [], "shipping": money(0, "USD"), "shipping_taxes": [],
        "adjustment": money(500, "USD"), "total": money(500, "USD")
    });
    assert_eq!(
        output,
        json!({ "outcome": "made", "memo": memo, "itemised": false, "state": "processing", "status": "processing" })
    );
    let body: Value = serde_json::from_str(&world.door.take()[3].body).unwrap();
    assert_eq!(
        body,
        json!({
            "items": [{ "order_item_id": 411, "qty": 0 }], "notify": false, "appendComment": false,
            "comment": { "comment": marker("re_1"), "is_visible_on_front": 0 },
            "arguments": {
                "shipping_amount": 0, "adjustment_positive": 5, "adjustment_negative": 0,
                "extension_attributes": { "return_to_stock_items": [] }
            }
        })
    );
}

#[tokio::test]
async fn equal_refunds_are_a_memo_each() {
    let world = paid(simple()).await;
    let refunds = ["re_1", "re_2", "re_3"].map(|id| refund(id, 500, "USD"));
    for at in [1, 0, 2] {
        let mut all = refunds.to_vec();
        all.swap(0, at);
        let output = put(&world, &all).await.unwrap();
        assert_eq!((&output["outcome"], &output["memo"]["total"]), (&json!("made"), &money(500, "USD")));
        assert_eq!(put(&world, &all).await.unwrap()["outcome"], "already_made");
    }
    assert_eq!(totals(&world), [5, 5, 5]);
    let of: Vec<_> = memos(&world).iter().map(|memo| memo["comments"][0]["comment"].clone()).collect();
    assert_eq!(of, ["re_2", "re_1", "re_3"].map(marker));
}

/// The row that is named is one that carries money, or Magento refuses it.
#[tokio::test]
async fn orders_of_every_shape_take_it() {
    for (case, id, row, currency) in [
        ("configurable", 42, 421, "EUR"),
        ("bundle-dynamic", 43, 432, "USD"),
        ("bundle-fixed", 44, 441, "USD"),
        ("virtual", 46, 461, "USD"),
        ("two-taxes", 53, 531, "USD"),
    ] {
        let world = paid(order(case)).await;
        world.requests();
        let output = world.run(PUT, input(id, &[refund("re_1", 1234, currency)])).await.unwrap();
        assert_eq!(output["memo"]["adjustment"], money(1234, currency), "{case}");
        let body: Value = serde_json::from_str(&world.door.take()[3].body).unwrap();
        assert_eq!(body["items"], json!([{ "order_item_id": row, "qty": 0 }]), "{case}");
    }
}

/// The price of shipping is an amount like any other: nobody has said that it is the shipping.
#[tokio::test]
async fn the_price_of_the_shipping_is_no_shipping() {
    let world = paid(simple()).await;
    let output = put(&world, &[refund("re_1", 2000, "USD")]).await.unwrap();
    assert_eq!(output["memo"]["shipping"], money(0, "USD"));
    assert_eq!(output["memo"]["adjustment"], money(2000, "USD"));
    assert_eq!(world.order(41)["shipping_refunded"], 0);
}

/// The rest of an order of which something went back is an amount too, and closes nothing that is still to be sent.
#[tokio::test]
async fn the_rest_of_an_order_is_an_amount() {
    let world = paid(simple()).await;
    let (part, rest) = (refund("re_1", 9000, "USD"), refund("re_2", 890, "USD"));
    put(&world, &[part.clone(), rest.clone()]).await.unwrap();
    let output = put(&world, &[rest, part]).await.unwrap();
    assert_eq!((&output["itemised"], &output["memo"]["total"]), (&json!(false), &money(890, "USD")));
    let order = world.order(41);
    assert_eq!(order["total_refunded"], order["total_paid"]);
}

/// Shipping sent as 0 brings a part of its discount along, where it is taxed and has one: seen in Magento's source, and in the
/// double. What we send is more than 0, and less than anything.
#[tokio::test]
async fn the_discount_of_taxed_shipping_stays_out_of_it() {
    let world = paid(order("prices-include-tax")).await;
    world.requests();
    let output = world.run(PUT, input(48, &[refund("re_1", 500, "USD")])).await.unwrap();
    assert_eq!(output["memo"]["total"], money(500, "USD"));
    let body: Value = serde_json::from_str(&world.door.take()[3].body).unwrap();
    assert!(decimal_of(&body["arguments"]["shipping_amount"]) > rust_decimal::Decimal::ZERO);
    assert_eq!(totals(&world), [5]);
    // So it would have been.
    somebody_credits(&world, 48, &amount_of(481, &json!(5))).await;
    assert!(decimal(&memos(&world)[1]["grand_total"]) > 5.into(), "{:?}", totals(&world));
}

fn decimal_of(value: &Value) -> rust_decimal::Decimal {
    rust_decimal::Decimal::from_scientific(&value.to_string()).unwrap()
}
