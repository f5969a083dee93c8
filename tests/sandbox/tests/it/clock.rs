//! A clock that a test moves: every document and every limit goes by it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use sandbox::{Clock, Sandbox, Seed, Settings};
use serde_json::{Value, json};

use crate::client::rest;

/// A sandbox on 2 March 2026 and what moves it on, in seconds.
fn sandbox() -> (Sandbox, Arc<AtomicI64>) {
    let moved = Arc::<AtomicI64>::default();
    let seconds = Arc::clone(&moved);
    let start: Timestamp = "2026-03-02T09:14:00Z".parse().unwrap();
    let clock = Clock::new(move || start + jiff::SignedDuration::from_secs(seconds.load(Ordering::SeqCst)));
    (Sandbox::new(Settings { clock, ..Settings::default() }), moved)
}

#[tokio::test]
async fn documents_carry_the_clocks_time() {
    let (sandbox, moved) = sandbox();
    moved.store(60, Ordering::SeqCst);
    let seeded = sandbox.seed(&Seed::default()).unwrap();
    assert_eq!(seeded.order["created_at"], json!("2026-03-02 09:15:00"));
    assert_eq!(seeded.event["created"], json!(1_772_442_900));
    moved.store(120, Ordering::SeqCst);
    let customer =
        json!({"name": "Ada Lovelace", "email": "ada@example.com", "addresses": [], "external_refs": {}});
    assert_eq!(rest(&sandbox, "PUT", "/erp/v1/customers/k", &customer, &[]).await.status, 201);
    let state = sandbox.state();
    assert_eq!(state["erp"]["customers"][0]["updated_at"], json!("2026-03-02T09:16:00Z"));
    assert_eq!(sandbox.requests(0)[0].at, "2026-03-02T09:16:00Z");
}

#[tokio::test]
async fn a_replica_lags_and_a_second_passes_by_the_clock() {
    let (sandbox, moved) = sandbox();
    let customer =
        json!({"name": "Ada Lovelace", "email": "ada@example.com", "addresses": [], "external_refs": {}});
    assert_eq!(rest(&sandbox, "PUT", "/erp/v1/customers/k", &customer, &[]).await.status, 201);
    moved.store(1, Ordering::SeqCst);
    let read = async |fault: &str| {
        let header = [("x-sandbox-fault", fault)];
        rest(&sandbox, "GET", "/erp/v1/customers?key=k", &Value::Null, &header).await
    };
    for (fault, found) in [("stale_read=900", 1), ("stale_read=1100", 0)] {
        assert_eq!(read(fault).await.json()["data"].as_array().unwrap().len(), found, "{fault}");
    }
    assert_eq!((read("rate=1/s").await.status, read("rate=1/s").await.status), (200, 429));
    moved.store(2, Ordering::SeqCst);
    assert_eq!(read("rate=1/s").await.status, 200);
}
