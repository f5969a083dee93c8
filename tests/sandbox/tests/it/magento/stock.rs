//! Stock in sources, at once and in bulk, and what of it can be sold.

use sandbox::{Sandbox, Switches};
use serde_json::{Value, json};

use super::{call, get, search, shop, shop_with};
use crate::client::admin;

fn items(sku: &str, source: &str, quantity: f64) -> Value {
    json!({"sourceItems": [{"sku": sku, "source_code": source, "quantity": quantity, "status": 1}]})
}

async fn quantity(sandbox: &Sandbox, sku: &str) -> Value {
    let page = get(sandbox, &format!("inventory/source-items?{}", search("sku", sku))).await;
    page["items"][0]["quantity"].clone()
}

#[tokio::test]
async fn quantities_are_set_not_added() {
    let sandbox = shop();
    for _ in 0..2 {
        let got = call(&sandbox, "POST", "inventory/source-items", &items("LAMP", "default", 7.5)).await;
        assert_eq!((got.status, got.json()), (200, json!([])));
    }
    assert_eq!(quantity(&sandbox, "LAMP").await, json!(7.5));
    let unknown = call(&sandbox, "POST", "inventory/source-items", &items("LAMP", "west", 1.0)).await;
    assert_eq!(
        (unknown.status, unknown.json()["message"].clone()),
        (400, json!("Could not save Source Item"))
    );
    let delete = json!({"sourceItems": [{"sku": "LAMP", "source_code": "default"}]});
    assert_eq!(call(&sandbox, "POST", "inventory/source-items-delete", &delete).await.status, 200);
    assert_eq!(quantity(&sandbox, "LAMP").await, Value::Null);
}

/// What is ordered and not sent is taken off, before the warehouse knows.
#[tokio::test]
async fn what_is_ordered_cannot_be_sold_again() {
    let sandbox = shop();
    call(&sandbox, "POST", "inventory/source-items", &items("LAMP-BRASS", "default", 10.0)).await;
    let salable = async || get(&sandbox, "inventory/get-product-salable-quantity/LAMP-BRASS/1").await;
    assert_eq!(salable().await, json!(10));
    let seeded = admin(&sandbox, "POST", "/admin/seed", &json!({"kind": "simple"})).await.json();
    let (id, row) = (&seeded["entity_id"], &seeded["order"]["items"][0]["item_id"]);
    assert_eq!(salable().await, json!(7));
    let one = json!({"items": [{"order_item_id": row, "qty": 1}]});
    assert_eq!(call(&sandbox, "POST", &format!("order/{id}/ship"), &one).await.status, 200);
    assert_eq!((salable().await, quantity(&sandbox, "LAMP-BRASS").await), (json!(7), json!(9)));
    assert_eq!(
        call(&sandbox, "POST", &format!("orders/{id}/cancel"), &Value::Null).await.json(),
        json!(true)
    );
    assert_eq!(salable().await, json!(9));
}

#[tokio::test]
async fn a_bulk_is_accepted_first_and_told_of_later() {
    let sandbox = shop();
    let body = json!([items("LAMP", "default", 5.0), items("LAMP", "west", 5.0)]);
    let path = "/magento/rest/default/async/bulk/V1/inventory/source-items";
    let bearer = format!("Bearer {}", sandbox.settings().magento.access_token);
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let asked = crate::client::request("POST", path, &headers, &body.to_string());
    let accepted = crate::client::ask(&sandbox, asked).await;
    assert_eq!(
        (accepted.status, accepted.json()["errors"].clone()),
        (202, json!(false)),
        "{}",
        accepted.text
    );
    let uuid = accepted.json()["bulk_uuid"].as_str().unwrap().to_owned();
    let status = get(&sandbox, &format!("bulk/{uuid}/status")).await;
    let codes: Vec<&Value> =
        status["operations_list"].as_array().unwrap().iter().map(|op| &op["status"]).collect();
    assert_eq!(codes, [&json!(1), &json!(3)]);
    assert_eq!(get(&sandbox, &format!("bulk/{uuid}/operation-status/3")).await, json!(1));
    assert_eq!(quantity(&sandbox, "LAMP").await, json!(5));
    let none = call(&sandbox, "GET", "bulk/none/status", &Value::Null).await;
    assert_eq!(none.status, 404);
}

#[tokio::test]
async fn without_a_consumer_a_bulk_stays_open() {
    let sandbox =
        shop_with(Switches { bearer_allowed: true, bulk_consumer_runs: false, ..Switches::default() });
    let path = "/magento/rest/async/V1/inventory/source-items";
    let bearer = format!("Bearer {}", sandbox.settings().magento.access_token);
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let asked = crate::client::request("POST", path, &headers, &items("LAMP", "default", 5.0).to_string());
    let uuid = crate::client::ask(&sandbox, asked).await.json()["bulk_uuid"].as_str().unwrap().to_owned();
    let status = get(&sandbox, &format!("bulk/{uuid}/status")).await;
    assert_eq!(status["operations_list"][0]["status"], 4);
    assert_eq!(quantity(&sandbox, "LAMP").await, Value::Null);
}
