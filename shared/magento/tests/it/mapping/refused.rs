//! Orders that cannot be booked, and what is said of them.

use flow::Class;
use serde_json::{Value, json};

use super::Reader;

fn order() -> Value {
    json!({
        "entity_id": 1, "increment_id": "000000001", "order_currency_code": "USD", "grand_total": 5,
        "total_due": 5, "created_at": "2026-03-02 09:14:07", "state": "new",
        "items": [{ "item_id": 1, "sku": "A", "qty_ordered": 1, "row_total": 5 }]
    })
}

#[tokio::test]
async fn an_order_that_cannot_be_booked_says_why() {
    let reader = Reader::new().await;
    let cases: &[(&str, &str, Value)] = &[
        ("order_without_lines", "/items", json!([])),
        ("order_without_lines", "/items", Value::Null),
        ("unknown_currency", "/order_currency_code", json!("XYZ")),
        ("unknown_currency", "/order_currency_code", Value::Null),
        ("unknown_currency", "/base_currency_code", json!("BITCOIN")),
        ("malformed_order", "/base_currency_code", json!("EUR")),
        ("unknown_state", "/state", json!("limbo")),
        ("malformed_time", "/created_at", json!("yesterday")),
        ("malformed_time", "/created_at", Value::Null),
        ("malformed_order", "/grand_total", Value::Null),
        ("malformed_order", "/entity_id", json!(0)),
        ("malformed_order_number", "/increment_id", json!("")),
        ("malformed_order_number", "/increment_id", Value::Null),
        ("malformed_line", "/items/0/qty_ordered", json!(0)),
        ("malformed_line", "/items/0/qty_ordered", json!(-1)),
        ("malformed_line", "/items/0/qty_ordered", Value::Null),
        ("malformed_line", "/items/0/sku", json!("")),
        ("malformed_line", "/items/0/sku", json!("S".repeat(256))),
        ("malformed_line", "/items/0/item_id", Value::Null),
        ("malformed_answer", "/grand_total", json!("five")),
        ("malformed_answer", "/grand_total", json!(1e20)),
        ("malformed_answer", "/items/0/row_total", json!([5])),
        ("malformed_answer", "/items", json!("none")),
    ];
    for (code, pointer, value) in cases {
        let mut json = order();
        set(&mut json, pointer, value);
        let fault = reader.read(&json.to_string()).await.expect_err(pointer);
        assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, *code), "{pointer} {value}");
    }
}

fn set(json: &mut Value, pointer: &str, value: &Value) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    json.pointer_mut(parent).unwrap()[name] = value.clone();
}

#[tokio::test]
async fn what_is_absent_is_not_taken_for_zero() {
    let reader = Reader::new().await;
    let mut json = order();
    json["total_due"] = Value::Null;
    let read = reader.read(&json.to_string()).await.unwrap();
    assert_eq!((read.total_due.minor(), read.total_paid.minor()), (500, 0));
    json["total_paid"] = json!("2.0000");
    let read = reader.read(&json.to_string()).await.unwrap();
    assert_eq!((read.total_due.minor(), read.total_paid.minor()), (300, 200));
}

#[tokio::test]
async fn no_more_is_sent_than_was_ordered_whatever_a_row_says() {
    let reader = Reader::new().await;
    let mut json = order();
    json["items"][0]["qty_shipped"] = json!(-8);
    let read = reader.read(&json.to_string()).await.unwrap();
    assert_eq!(read.lines[0].to_ship, read.lines[0].quantity);
}

#[tokio::test]
async fn what_people_typed_is_masked() {
    let reader = Reader::new().await;
    for (pointer, text) in [
        ("/state", "ann@example.com"),
        ("/created_at", "4242424242424242"),
        (
            "/items/0/sku",
            &"card 4242 4242 4242 4242 of ann@example.com, longer than any article number ".repeat(4),
        ),
        ("/items/0/qty_ordered", "4242424242424242"),
        ("/order_currency_code", "ann@example.com"),
    ] {
        let mut json = order();
        set(&mut json, pointer, &json!(text));
        let message = reader.read(&json.to_string()).await.unwrap_err().message;
        assert!(!message.contains("4242 4242") && !message.contains("42424242"), "{pointer}: {message}");
        assert!(!message.contains("ann@"), "{pointer}: {message}");
    }
}
