//! Orders in another currency than the shop's: amounts are asked for in the shop's, in whole cents.

use flow::Class;
use serde_json::{Value, json};

use super::{PUT, assert_fault, decimal, input, money, order, paid, refund, totals};

/// Order 54, 90.35 EUR of 98.88 USD, before anything was done with it.
pub(super) fn euros() -> Value {
    let mut order = order("refunded-in-part");
    let fields = order.as_object_mut().unwrap();
    fields.retain(|name, _| !name.contains("total_paid") && !name.contains("total_refunded"));
    order["state"] = json!("new");
    order["status"] = json!("pending");
    order["total_due"] = json!(90.35);
    order["base_total_due"] = json!(98.88);
    for row in order["items"].as_array_mut().unwrap() {
        for name in ["qty_invoiced", "qty_shipped", "qty_refunded"] {
            row[name] = json!(0);
        }
    }
    order
}

#[tokio::test]
async fn an_amount_is_hit_to_the_cent() {
    let world = paid(euros()).await;
    world.requests();
    let output = world.run(PUT, input(54, &[refund("re_1", 457, "EUR")])).await.unwrap();
    assert_eq!(
        (&output["memo"]["total"], &output["memo"]["adjustment"]),
        (&money(457, "EUR"), &money(457, "EUR"))
    );
    let body: Value = serde_json::from_str(&world.door.take()[3].body).unwrap();
    assert_eq!(body["arguments"]["adjustment_positive"], 5);
    for (nth, minor) in [(2, 1), (3, 999), (4, 1000), (5, 2345)] {
        let output = world.run(PUT, input(54, &[refund(&format!("re_{nth}"), minor, "EUR")])).await.unwrap();
        assert_eq!(output["memo"]["total"], money(minor, "EUR"));
    }
}

/// A cent of the shop's is 1.51 yen: not every yen can be hit. What a memo falls short the next one makes up, and the rest of the
/// order is taken to the last digit that there is.
#[tokio::test]
async fn what_cannot_be_hit_is_made_up_by_the_next() {
    let world = paid(order("jpy")).await;
    let amounts = [757, 759, 1000, 5000, 14971 - 757 - 759 - 1000 - 5000];
    let refunds: Vec<Value> =
        (1..).zip(amounts).map(|(nth, yen)| refund(&format!("re_{nth}"), yen, "JPY")).collect();
    let mut made = Vec::new();
    for at in 0..refunds.len() {
        let mut all = refunds.clone();
        all.swap(0, at);
        let output = world.run(PUT, input(49, &all)).await.unwrap();
        made.push(output["memo"]["total"]["minor"].as_str().unwrap().parse::<i64>().unwrap());
        let (back, credited): (i64, i64) = (amounts[..=at].iter().sum(), made.iter().sum());
        assert!((0..=1).contains(&(back - credited)), "{back} {made:?}");
        assert_eq!(world.run(PUT, input(49, &all)).await.unwrap()["outcome"], "already_made");
    }
    assert_eq!(made[..2], [757, 758], "{made:?}");
    let order = world.order(49);
    assert_eq!(decimal(&order["base_total_refunded"]), decimal(&order["base_total_paid"]));
    assert!(decimal(&order["total_refunded"]) <= decimal(&order["total_paid"]));
}

#[tokio::test]
async fn three_decimals_are_hit_as_far_as_magento_has_them() {
    let world = paid(order("kwd")).await;
    let output = world.run(PUT, input(50, &[refund("re_1", 4000, "KWD")])).await.unwrap();
    assert_eq!(output["memo"]["total"], money(4000, "KWD"));
    // Magento has two.
    let output = world.run(PUT, input(50, &[refund("re_2", 4001, "KWD")])).await.unwrap();
    assert_eq!(output["memo"]["total"], money(4000, "KWD"));
}

#[tokio::test]
async fn yen_in_a_shop_of_yen_keep_their_decimals_to_the_end() {
    let mut yen = order("jpy");
    for name in [
        "subtotal",
        "tax_amount",
        "grand_total",
        "shipping_amount",
        "discount_amount",
        "shipping_tax_amount",
        "discount_tax_compensation_amount",
        "shipping_discount_amount",
        "total_due",
    ] {
        yen[format!("base_{name}")] = yen[name].clone();
    }
    for row in yen["items"].as_array_mut().unwrap() {
        for name in ["row_total", "tax_amount", "price"] {
            row[format!("base_{name}")] = row[name].clone();
        }
    }
    yen["base_currency_code"] = json!("JPY");
    yen["base_to_order_rate"] = json!(1);
    let world = paid(yen).await;
    let (first, rest) = (refund("re_1", 5000, "JPY"), refund("re_2", 9971, "JPY"));
    for refunds in [[first.clone(), rest.clone()], [rest, first]] {
        let output = world.run(PUT, input(49, &refunds)).await.unwrap();
        assert_eq!(output["memo"]["total"], refunds[0]["amount"]);
    }
    assert_eq!(totals(&world), [json!(5000), json!(9970.77)]);
    let order = world.order(49);
    assert_eq!(order["total_refunded"], order["total_paid"]);
}

/// Less than what a cent of the shop's comes to.
#[tokio::test]
async fn an_amount_that_no_memo_comes_to_is_for_a_person() {
    let world = paid(order("jpy")).await;
    let fault = world.run(PUT, input(49, &[refund("re_1", 1, "JPY")])).await.unwrap_err();
    assert_fault(&fault, Class::Validation, "amount_not_expressible");
    assert!(fault.message.contains("1 JPY") && fault.message.contains("151.37"), "{fault}");
    assert!(totals(&world).is_empty());
}

#[tokio::test]
async fn a_refund_in_another_currency_than_the_orders_is_for_a_person() {
    let world = paid(euros()).await;
    let fault = world.run(PUT, input(54, &[refund("re_1", 500, "USD")])).await.unwrap_err();
    assert_fault(&fault, Class::Validation, "currency_differs");
    assert!(fault.message.contains("EUR") && fault.message.contains("5.00 USD"), "{fault}");
}
