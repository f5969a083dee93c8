//! The WMS: requests under keys, their life, signed events.

use serde_json::{Value, json};

use crate::client::{admin, rest, sandbox};
use sandbox::{WMS_SIGNING_SECRET, sign_webhook};

fn fulfilment() -> Value {
    json!({
        "order_number": "100000012", "service": "standard", "hold": false, "notes": "",
        "ship_to": {"name": "Ada Lovelace", "street": ["12 St James Square"], "city": "New York", "country": "US"},
        "lines": [{"line_id": "1", "sku": "LAMP", "qty": "3"}],
    })
}

#[tokio::test]
async fn a_request_may_change_until_it_is_picked() {
    let sandbox = sandbox();
    let path = "/wms/v1/fulfilments/tb:f:1";
    let mut body = fulfilment();
    for status in [201, 200] {
        assert_eq!(rest(&sandbox, "PUT", path, &body, &[]).await.status, status);
    }
    body["notes"] = json!("leave with the neighbour");
    assert_eq!(rest(&sandbox, "PUT", path, &body, &[]).await.json()["notes"], body["notes"]);
    let to = async |to: &str| {
        admin(&sandbox, "POST", "/admin/fulfilments", &json!({"key": "tb:f:1", "to": to})).await
    };
    assert_eq!(to("picking").await.json()["webhook"], Value::Null);
    assert_eq!(rest(&sandbox, "PUT", path, &body, &[]).await.status, 200);
    let refused = rest(&sandbox, "PUT", path, &fulfilment(), &[]).await;
    assert_eq!((refused.status, refused.json()["code"].clone()), (409, json!("already_picking")));

    let webhook = to("shipped").await.json()["webhook"].clone();
    let (headers, text) = (&webhook["headers"], webhook["body"].as_str().unwrap());
    let at = headers["webhook-timestamp"].as_str().unwrap().parse().unwrap();
    let id = headers["webhook-id"].as_str().unwrap();
    assert_eq!(
        headers["webhook-signature"],
        sign_webhook(WMS_SIGNING_SECRET, id, at, text.as_bytes()).unwrap()
    );
    let event: Value = serde_json::from_str(text).unwrap();
    assert_eq!((&event["type"], &event["sequence"]), (&json!("shipment.created"), &json!(1)));
    let cancel = rest(&sandbox, "POST", &format!("{path}/cancel"), &Value::Null, &[]).await;
    assert_eq!((cancel.status, cancel.json()["code"].clone()), (409, json!("already_shipped")));
    let events = rest(&sandbox, "GET", "/wms/v1/events", &Value::Null, &[]).await.json();
    assert_eq!(events["data"][0], event);
    let none = rest(&sandbox, "GET", &format!("/wms/v1/events?after={id}"), &Value::Null, &[]).await.json();
    assert_eq!(none["data"], json!([]));
}

#[tokio::test]
async fn a_request_is_cancelled_as_often_as_asked() {
    let sandbox = sandbox();
    let path = "/wms/v1/fulfilments/tb:f:1";
    assert_eq!(rest(&sandbox, "PUT", path, &fulfilment(), &[]).await.status, 201);
    for _ in 0..2 {
        let got = rest(&sandbox, "POST", &format!("{path}/cancel"), &Value::Null, &[]).await;
        assert_eq!((got.status, got.json()["state"].clone()), (200, json!("cancelled")));
    }
    assert_eq!(rest(&sandbox, "GET", path, &Value::Null, &[]).await.json()["state"], "cancelled");
    assert_eq!(rest(&sandbox, "GET", "/wms/v1/fulfilments/tb:f:2", &Value::Null, &[]).await.status, 404);
}

#[tokio::test]
async fn what_cannot_be_sent_is_named_by_field() {
    let sandbox = sandbox();
    for (pointer, value, path, code) in [
        ("/lines", json!([]), "/lines", "lines_required"),
        ("/lines/0/qty", json!(0), "/lines/0/qty", "quantity_invalid"),
        ("/lines/0/sku", json!("REFUSED-BY-WMS"), "/lines/0/sku", "sku_refused"),
        ("/ship_to/city", Value::Null, "/ship_to/city", "required"),
        ("/ship_to/street", json!([]), "/ship_to/street", "required"),
        ("/order_number", json!(""), "/order_number", "required"),
    ] {
        let mut body = fulfilment();
        *body.pointer_mut(pointer).unwrap() = value;
        let got = rest(&sandbox, "PUT", "/wms/v1/fulfilments/tb:f:1", &body, &[]).await;
        assert_eq!((got.status, got.json()["errors"].clone()), (422, json!([{"path": path, "code": code}])));
    }
    let found = rest(&sandbox, "GET", "/wms/v1/fulfilments?key=tb:f:1", &Value::Null, &[]).await.json();
    assert_eq!(found["data"], json!([]));
}
