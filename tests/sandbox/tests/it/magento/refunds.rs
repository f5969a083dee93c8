//! What hangs on documents: comments, tracks, stock that comes back, and what cannot be taken back.

use sandbox::Sandbox;
use serde_json::{Value, json};

use super::{call, get, search, shop};
use crate::client::admin;

/// An order that is paid: its id and its rows' ids.
async fn paid(sandbox: &Sandbox) -> (u64, Vec<u64>) {
    let seeded = admin(sandbox, "POST", "/admin/seed", &json!({"kind": "simple"})).await.json();
    let id = seeded["entity_id"].as_u64().unwrap();
    let rows = seeded["order"]["items"].as_array().unwrap().iter();
    let rows = rows.map(|row| row["item_id"].as_u64().unwrap()).collect();
    let body = json!({"comment": {"comment": "tb:charge:ch_1", "is_visible_on_front": 0}});
    let made = call(sandbox, "POST", &format!("order/{id}/invoice"), &body).await;
    assert_eq!(made.status, 200, "{}", made.text);
    (id, rows)
}

/// The documents of an order, oldest first.
async fn of(sandbox: &Sandbox, kind: &str, order: u64) -> Vec<Value> {
    let page = get(sandbox, &format!("{kind}?{}", search("order_id", &order.to_string()))).await;
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_document_is_found_by_its_order_with_its_comment() {
    let sandbox = shop();
    let (id, rows) = paid(&sandbox).await;
    let tracks = json!([{"track_number": "1Z1", "title": "UPS", "carrier_code": "ups"}]);
    let comment = |text: &str| json!({"comment": text, "is_visible_on_front": 0});
    let ship = json!({"tracks": tracks, "comment": comment("tb:ship:1")});
    let refund = json!({
        "items": [{"order_item_id": rows[0], "qty": 1}],
        "arguments": {"shipping_amount": 0},
        "comment": comment("tb:refund:re_1"),
    });
    for (verb, body) in [("ship", &ship), ("refund", &refund)] {
        let made = call(&sandbox, "POST", &format!("order/{id}/{verb}"), body).await;
        assert_eq!(made.status, 200, "{}", made.text);
    }
    for (kind, one, text) in [
        ("invoices", "invoices", "tb:charge:ch_1"),
        ("shipments", "shipment", "tb:ship:1"),
        ("creditmemos", "creditmemo", "tb:refund:re_1"),
    ] {
        let documents = of(&sandbox, kind, id).await;
        assert_eq!(documents.len(), 1, "{kind}");
        assert_eq!(documents[0]["comments"][0]["comment"], text);
        let alone = get(&sandbox, &format!("{one}/{}", documents[0]["entity_id"])).await;
        assert_eq!(alone, documents[0], "{kind}");
        let comments = get(&sandbox, &format!("{one}/{}/comments", documents[0]["entity_id"])).await;
        assert_eq!(comments["items"][0]["comment"], text);
        let none = call(&sandbox, "GET", &format!("{one}/999"), &Value::Null).await;
        assert_eq!(none.status, 404, "{kind}");
        assert_eq!(of(&sandbox, kind, id + 1).await, Vec::<Value>::new());
    }
}

#[tokio::test]
async fn a_comment_and_a_track_may_come_later() {
    let sandbox = shop();
    let (id, _) = paid(&sandbox).await;
    let ship = json!({"tracks": [{"track_number": "1Z1", "title": "UPS", "carrier_code": "ups"}]});
    let shipment = call(&sandbox, "POST", &format!("order/{id}/ship"), &ship).await.json();
    let shipment: u64 = shipment.as_str().unwrap().parse().unwrap();
    let comment = json!({"entity": {"parent_id": shipment, "comment": "late", "is_visible_on_front": 0, "is_customer_notified": 0}});
    let path = format!("shipment/{shipment}/comments");
    assert_eq!(call(&sandbox, "POST", &path, &comment).await.status, 200);
    let track = json!({"entity": {
        "parent_id": shipment, "order_id": id, "track_number": "1Z2", "title": "UPS", "carrier_code": "ups",
    }});
    let made = call(&sandbox, "POST", "shipment/track", &track).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let numbers = async || {
        let shown = get(&sandbox, &format!("shipment/{shipment}")).await;
        assert_eq!(shown["comments"][0]["comment"], "late");
        let tracks = shown["tracks"].as_array().unwrap().clone();
        tracks
            .into_iter()
            .map(|track| (track["entity_id"].clone(), track["track_number"].clone()))
            .collect::<Vec<_>>()
    };
    let both = numbers().await;
    assert_eq!(both.len(), 2);
    assert_eq!(
        call(&sandbox, "DELETE", &format!("shipment/track/{}", both[0].0), &Value::Null).await.status,
        200
    );
    assert_eq!(numbers().await, both[1..]);
}

#[tokio::test]
async fn a_credit_memo_is_for_ever() {
    let sandbox = shop();
    let (id, _) = paid(&sandbox).await;
    let memo = call(&sandbox, "POST", &format!("order/{id}/refund"), &json!({})).await.json();
    let path = format!("creditmemo/{}", memo.as_str().unwrap());
    let refused = call(&sandbox, "PUT", &path, &Value::Null).await;
    assert_eq!(
        (refused.status, refused.json()["message"].clone()),
        (400, json!("You can not cancel Credit Memo"))
    );
    assert_eq!(get(&sandbox, &format!("orders/{id}")).await["state"], "closed");
}

/// A share in per cent is one of the order's total.
#[tokio::test]
async fn an_adjustment_may_be_a_share() {
    let sandbox = shop();
    let (id, rows) = paid(&sandbox).await;
    let total = get(&sandbox, &format!("orders/{id}")).await["grand_total"].as_f64().unwrap();
    let body = json!({
        "items": [{"order_item_id": rows[0], "qty": 0}],
        "arguments": {"shipping_amount": 0, "adjustment_positive": "10%"},
    });
    let made = call(&sandbox, "POST", &format!("order/{id}/refund"), &body).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let memo = &of(&sandbox, "creditmemos", id).await[0];
    assert_eq!(memo["grand_total"].as_f64().unwrap(), (total * 10.0).round() / 100.0);
}

#[tokio::test]
async fn what_is_asked_back_into_stock_comes_back() {
    let sandbox = shop();
    let stocked = json!({"sourceItems": [{"sku": "LAMP-BRASS", "source_code": "default", "quantity": 10, "status": 1}]});
    call(&sandbox, "POST", "inventory/source-items", &stocked).await;
    let (id, rows) = paid(&sandbox).await;
    assert_eq!(call(&sandbox, "POST", &format!("order/{id}/ship"), &json!({})).await.status, 200);
    let there = async || {
        let page = get(&sandbox, &format!("inventory/source-items?{}", search("sku", "LAMP-BRASS"))).await;
        page["items"][0]["quantity"].as_u64().unwrap()
    };
    assert_eq!(there().await, 7);
    for (back, left) in [(json!([]), 7), (json!([rows[0]]), 8)] {
        let body = json!({
            "items": [{"order_item_id": rows[0], "qty": 1}],
            "arguments": {"shipping_amount": 0, "extension_attributes": {"return_to_stock_items": back}},
        });
        assert_eq!(call(&sandbox, "POST", &format!("order/{id}/refund"), &body).await.status, 200);
        assert_eq!(there().await, left);
    }
}
