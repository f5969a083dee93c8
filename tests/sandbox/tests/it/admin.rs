//! The admin API and the page.

use serde_json::{Value, json};

use crate::client::{admin, ask, request, rest, sandbox, stripe};

#[tokio::test]
async fn requests_are_counted_and_their_credentials_cut() {
    let sandbox = sandbox();
    let card = "description=card+4242424242424242";
    stripe(&sandbox, "POST", "/v1/payment_intents/pi_none", card, &[("idempotency-key", "k-1")]).await;
    rest(&sandbox, "GET", "/erp/v1/orders?key=a", &Value::Null, &[]).await;
    let all = admin(&sandbox, "GET", "/admin/requests", &Value::Null).await;
    assert!(
        !all.text.contains(sandbox::STRIPE_KEY) && !all.text.contains(sandbox::ERP_TOKEN),
        "{}",
        all.text
    );
    assert_eq!(all.json()["count"], 2);
    let some = admin(&sandbox, "GET", "/admin/requests?system=stripe&method=post", &Value::Null).await.json();
    let seen = &some["data"][0];
    assert_eq!(
        (&seen["path"], &seen["status"], &seen["body"]),
        (&json!("/v1/payment_intents/pi_none"), &json!(404), &json!(card))
    );
    let headers: Vec<(String, String)> = serde_json::from_value(seen["headers"].clone()).unwrap();
    assert!(headers.contains(&("authorization".to_owned(), "Bearer [redacted]".to_owned())), "{headers:?}");
    assert!(headers.contains(&("idempotency-key".to_owned(), "k-1".to_owned())), "{headers:?}");
    let later =
        admin(&sandbox, "GET", &format!("/admin/requests?after={}", seen["n"]), &Value::Null).await.json();
    assert_eq!((&later["count"], &later["data"][0]["query"]), (&json!(1), &json!("key=a")));
    admin(&sandbox, "DELETE", "/admin/requests", &Value::Null).await;
    assert_eq!(sandbox.requests(0).len(), 0);
}

#[tokio::test]
async fn the_shop_tells_of_an_order_signed() {
    let sandbox = sandbox();
    let order = sandbox.put_order(json!({"increment_id": "000000041", "state": "new"}));
    let told = json!({"order": order, "event": "sales.order.updated"});
    let webhook = admin(&sandbox, "POST", "/admin/magento/notices", &told).await.json()["webhook"].clone();
    let body = webhook["body"].as_str().unwrap();
    let read: Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        (&read["data"]["entity_id"], &webhook["query"]),
        (&json!(order), &json!("event=sales.order.updated"))
    );
    let signature = sandbox::sign_magento(sandbox::MAGENTO_VERIFICATION_TOKEN, body.as_bytes());
    assert_eq!(webhook["headers"]["x-magento-signature"], signature);
    let nobody = json!({"order": 999, "event": "sales.order.updated"});
    assert_eq!(admin(&sandbox, "POST", "/admin/magento/notices", &nobody).await.status, 400);
}

#[tokio::test]
async fn a_reset_forgets_all_four() {
    let sandbox = sandbox();
    let made = admin(&sandbox, "POST", "/admin/seed", &json!({"kind": "simple"})).await;
    assert_eq!(made.status, 200, "{}", made.text);
    sandbox.set_down(sandbox::System::Erp, true);
    let state = admin(&sandbox, "GET", "/admin/state", &Value::Null).await.json();
    assert_eq!(state["stripe"]["charges"].as_array().unwrap().len(), 1);
    assert!(state["magento"].to_string().contains(made.json()["increment_id"].as_str().unwrap()), "{state}");
    admin(&sandbox, "POST", "/admin/reset", &Value::Null).await;
    let state = sandbox.state();
    assert_eq!(state["stripe"]["charges"], json!([]));
    assert!(!state["magento"].to_string().contains(made.json()["increment_id"].as_str().unwrap()), "{state}");
    assert_eq!(rest(&sandbox, "GET", "/erp/v1/health", &Value::Null, &[]).await.status, 200);
    let again = admin(&sandbox, "GET", "/admin/seed?kind=simple", &Value::Null).await.json();
    assert_ne!(again["increment_id"], made.json()["increment_id"]);
    assert_ne!(again["event"]["id"], made.json()["event"]["id"]);
}

#[tokio::test]
async fn the_page_needs_nothing_from_outside() {
    let got = ask(&sandbox(), request("GET", "/", &[], "")).await;
    assert_eq!(got.status, 200);
    assert!(got.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    assert!(!got.text.contains("http://") && !got.text.contains("https://"));
}
