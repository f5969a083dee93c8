//! Faults: by header and planned, over a real connection where one must break.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::client::{admin, request, rest, sandbox, stripe};
use sandbox::{ERP_TOKEN, Sandbox, serve};

fn customer() -> Value {
    json!({"name": "Ada Lovelace", "email": "ada@example.com", "addresses": [], "external_refs": {}})
}

/// How many customers the ERP has under a key.
async fn customers(sandbox: &Sandbox, key: &str, header: &[(&str, &str)]) -> usize {
    let path = format!("/erp/v1/customers?key={key}");
    let found = rest(sandbox, "GET", &path, &Value::Null, header).await.json();
    found["data"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_fault_meets_its_requests_and_is_used_up() {
    let sandbox = sandbox();
    let plan =
        json!({"system": "erp", "fault": "error=503", "times": 2, "method": "put", "path": "/customers"});
    assert_eq!(admin(&sandbox, "POST", "/admin/faults", &plan).await.status, 200);
    let put = async || rest(&sandbox, "PUT", "/erp/v1/customers/k", &customer(), &[]).await;
    assert_eq!(customers(&sandbox, "k", &[]).await, 0);
    let first = put().await;
    assert_eq!((first.status, first.header("retry-after")), (503, Some("1")));
    assert_eq!(put().await.status, 503);
    assert_eq!(put().await.status, 201);
    assert_eq!(admin(&sandbox, "GET", "/admin/faults", &Value::Null).await.json()["planned"], json!([]));
    let wrong = json!({"system": "erp", "fault": "earthquake"});
    let refused = admin(&sandbox, "POST", "/admin/faults", &wrong).await;
    assert_eq!(
        (refused.status, refused.text.contains("commit_then_timeout")),
        (400, true),
        "{}",
        refused.text
    );
}

#[tokio::test]
async fn what_was_done_before_a_500_stays_done() {
    let sandbox = sandbox();
    let fault = [("x-sandbox-fault", "commit_then_500")];
    assert_eq!(rest(&sandbox, "PUT", "/erp/v1/customers/k", &customer(), &fault).await.status, 500);
    assert_eq!(customers(&sandbox, "k", &[]).await, 1);
    let fault = [("x-sandbox-fault", "error=500")];
    assert_eq!(rest(&sandbox, "PUT", "/erp/v1/customers/other", &customer(), &fault).await.status, 500);
    let found = rest(&sandbox, "GET", "/erp/v1/customers?key=other", &Value::Null, &[]).await.json();
    assert_eq!(found["data"], json!([]));
}

#[tokio::test]
async fn a_replica_lags_and_a_race_makes_two() {
    let sandbox = sandbox();
    assert_eq!(rest(&sandbox, "PUT", "/erp/v1/customers/k", &customer(), &[]).await.status, 201);
    assert_eq!(customers(&sandbox, "k", &[("x-sandbox-fault", "stale_read=3600000")]).await, 0);
    assert_eq!(customers(&sandbox, "k", &[]).await, 1);
    let race = [("x-sandbox-fault", "duplicate_on_race")];
    assert_eq!(rest(&sandbox, "PUT", "/erp/v1/customers/k", &customer(), &race).await.status, 201);
    assert_eq!(customers(&sandbox, "k", &[]).await, 2);
}

#[tokio::test]
async fn pages_come_in_place_of_answers() {
    let sandbox = sandbox();
    for (fault, status) in [("html_body", 502), ("html_200", 200), ("error=503,html_body", 503)] {
        let got = stripe(&sandbox, "GET", "/v1/balance", "", &[("x-sandbox-fault", fault)]).await;
        assert_eq!(got.status, status);
        assert!(got.header("content-type").unwrap().starts_with("text/html"));
    }
    let limited = stripe(&sandbox, "GET", "/v1/balance", "", &[("x-sandbox-fault", "rate=0/s")]).await;
    assert_eq!((limited.status, limited.json()["error"]["code"].clone()), (429, json!("rate_limit")));
    let unknown = stripe(&sandbox, "GET", "/v1/balance", "", &[("x-sandbox-fault", "nonsense")]).await;
    assert_eq!(unknown.status, 400);
}

#[tokio::test]
async fn a_system_that_is_down_drops_connections_and_the_others_go_on() {
    let sandbox = sandbox();
    let down = async |down: bool| {
        admin(&sandbox, "POST", "/admin/down", &json!({"system": "wms", "down": down})).await
    };
    assert_eq!(down(true).await.json()["down"], json!(["wms"]));
    assert!(rest(&sandbox, "GET", "/wms/v1/health", &Value::Null, &[]).await.dropped);
    assert_eq!(rest(&sandbox, "GET", "/erp/v1/health", &Value::Null, &[]).await.status, 200);
    down(false).await;
    assert_eq!(rest(&sandbox, "GET", "/wms/v1/health", &Value::Null, &[]).await.status, 200);
}

#[tokio::test]
async fn each_system_refuses_in_its_own_form() {
    let sandbox = sandbox();
    let fault = ("x-sandbox-fault", "error=500");
    let erp = rest(&sandbox, "GET", "/erp/v1/health", &Value::Null, &[fault]).await;
    assert_eq!(erp.header("content-type"), Some("application/problem+json"));
    let card = stripe(&sandbox, "GET", "/v1/balance", "", &[fault]).await;
    assert_eq!(card.json()["error"]["type"], "api_error");
    let shop = crate::client::ask(&sandbox, request("GET", "/magento/rest/V1/orders", &[fault], "")).await;
    assert!(shop.json()["message"].as_str().unwrap().starts_with("Internal Error. Details are available"));
}

/// Serves on a free port; gives the address and the task.
async fn listening(sandbox: &Sandbox) -> (String, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let sandbox = sandbox.clone();
    let task = tokio::spawn(async move {
        let _never = serve(listener, sandbox).await;
    });
    (base, task)
}

#[tokio::test]
async fn an_answer_that_is_lost_on_the_wire_is_lost_for_the_client_only() {
    let sandbox = sandbox();
    let (base, server) = listening(&sandbox).await;
    // Another test may have installed it already.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().timeout(Duration::from_millis(1_000)).build().unwrap();
    let put = async |key: &str, fault: &str| {
        let request = client.put(format!("{base}/erp/v1/customers/{key}"));
        let request = request.bearer_auth(ERP_TOKEN).header("x-sandbox-fault", fault);
        let answer = request.body(customer().to_string()).send().await?;
        let status = answer.status().as_u16();
        answer.bytes().await.map(|_| status)
    };
    assert_eq!(put("plain", "").await.unwrap(), 201);
    assert!(put("silent", "commit_then_timeout").await.unwrap_err().is_timeout());
    assert!(put("cut", "drop_after_headers").await.is_err());
    let dropped = put("dropped", "drop").await.unwrap_err();
    assert!(!dropped.is_timeout() && !dropped.is_connect(), "{dropped:?}");
    // The client gives up during the wait; the server does its work all the same, some time later.
    assert!(put("slow", "latency=1500").await.unwrap_err().is_timeout());
    while customers(&sandbox, "slow", &[]).await == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(put("slow", "").await.unwrap(), 200);
    for (key, there) in [("plain", 1), ("silent", 1), ("cut", 1), ("dropped", 0)] {
        assert_eq!(customers(&sandbox, key, &[]).await, there, "{key}");
    }
    server.abort();
}
