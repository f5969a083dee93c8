//! Journals: what is booked balances, and a reversal takes it back.

use serde_json::{Value, json};

use super::{put, usd, with_parties};
use crate::client::rest;

#[tokio::test]
async fn a_journal_balances_or_is_refused() {
    let sandbox = with_parties().await;
    let journal = |lines: Value| json!({"date": "2026-11-24", "memo": "po_1", "lines": lines});
    let debit = json!({"account": "1100", "debit": "10.00", "currency": "USD"});
    for (lines, code) in [
        (json!([debit, {"account": "1060", "credit": "9.99", "currency": "USD"}]), "unbalanced"),
        (json!([debit, {"account": "9999", "credit": "10.00", "currency": "USD"}]), "account_unknown"),
        (json!([debit, {"account": "1200", "credit": "10.00", "currency": "USD"}]), "party_required"),
        (json!([debit, {"account": "6300", "credit": "10.00", "currency": "USD"}]), "cost_center_required"),
        (json!([debit, {"account": "1060", "currency": "USD"}]), "debit_or_credit"),
        (json!([debit]), "lines_required"),
    ] {
        let got = put(&sandbox, "journals/tb:j:1", &journal(lines)).await;
        assert_eq!((got.status, got.json()["code"].clone()), (422, json!(code)), "{}", got.text);
    }
    let unbalanced = journal(json!([debit, {"account": "1060", "credit": "9.99", "currency": "USD"}]));
    assert_eq!(put(&sandbox, "journals/tb:j:1", &unbalanced).await.json()["difference"], usd("0.01"));
    let right = journal(json!([debit, {"account": "1060", "credit": usd("10.00"), "currency": "USD"}]));
    let made = put(&sandbox, "journals/tb:j:1", &right).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let path = format!("/erp/v1/journals/{}/reverse", made.json()["id"].as_str().unwrap());
    let body = json!({"date": "2026-11-25", "key": "tb:j:1:r"});
    for status in [201, 200] {
        assert_eq!(rest(&sandbox, "POST", &path, &body, &[]).await.status, status);
    }
    let balances = rest(&sandbox, "GET", "/erp/v1/balances", &Value::Null, &[]).await.json();
    assert!(
        balances["data"].as_array().unwrap().iter().all(|row| row["balance"] == usd("0.00")),
        "{balances}"
    );
    let then = rest(&sandbox, "GET", "/erp/v1/balances?account=1100&as_of=2026-11-24", &Value::Null, &[])
        .await
        .json();
    assert_eq!(then["data"][0]["balance"], usd("10.00"));
}
