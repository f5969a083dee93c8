//! Credit notes with their taxes, and the payments that settle them.

use serde_json::{Value, json};

use super::{put, usd, with_parties};
use crate::client::rest;
use sandbox::Sandbox;

/// An order of 100.00 and 8.00 tax, confirmed, billed and paid.
async fn paid() -> Sandbox {
    let sandbox = with_parties().await;
    let order = json!({
        "customer_key": "tb:c:1", "number": "000000042", "ordered_at": "2026-03-01T10:00:00Z", "currency": "USD",
        "lines": [{"line_id": "1", "sku": "LAMP", "qty": 2, "unit_price": usd("50.00"), "discount": usd("0.00"),
                   "tax": [{"code": "VAT", "amount": usd("8.00")}]}],
        "shipping": {"amount": usd("0.00"), "tax": []}, "discount": usd("0.00"), "total": usd("108.00"),
    });
    let id = put(&sandbox, "orders/tb:o:1", &order).await.json()["id"].as_str().unwrap().to_owned();
    rest(&sandbox, "POST", &format!("/erp/v1/orders/{id}/confirm"), &Value::Null, &[]).await;
    let invoice = json!({"order_key": "tb:o:1", "kind": "invoice", "date": "2026-03-01",
                         "lines": [{"line_id": "1", "qty": 2}], "total": usd("108.00")});
    assert_eq!(put(&sandbox, "invoices/tb:i:1", &invoice).await.status, 201);
    let got = put(&sandbox, "payments/tb:p:1", &payment("in", "108.00", "tb:i:1")).await;
    assert_eq!(got.status, 201, "{}", got.text);
    sandbox
}

fn payment(direction: &str, amount: &str, document: &str) -> Value {
    json!({"direction": direction, "customer_key": "tb:c:1", "amount": usd(amount), "date": "2026-03-02", "account": "1050",
           "reference": "re_1", "allocations": [{"invoice_key": document, "amount": usd(amount)}]})
}

fn note(lines: Value, total: &str) -> Value {
    json!({"order_key": "tb:o:1", "kind": "credit_note", "against": "tb:i:1", "date": "2026-03-02", "lines": lines,
           "total": usd(total)})
}

/// Half of it: 50.00 and 4.00 tax.
fn half() -> Value {
    let tax = json!([{"code": "VAT", "amount": usd("4.00")}]);
    note(
        json!([{"line_id": "1", "qty": 1, "description": "Lamp", "amount": usd("50.00"), "tax": tax}]),
        "54.00",
    )
}

/// What each account stands at.
async fn balances(sandbox: &Sandbox) -> Vec<(String, String)> {
    let answer = rest(sandbox, "GET", "/erp/v1/balances", &Value::Null, &[]).await.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rows = answer["data"].as_array().unwrap().clone();
    rows.iter().map(|row| (text(&row["account"]), text(&row["balance"]["amount"]))).collect()
}

fn stand(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(account, amount)| ((*account).to_owned(), (*amount).to_owned())).collect()
}

#[tokio::test]
async fn what_goes_back_takes_its_tax_along_and_a_payment_out_settles_it() {
    let sandbox = paid().await;
    let made = put(&sandbox, "invoices/tb:n:1", &half()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!((&made.json()["total"], &made.json()["tax_total"]), (&usd("54.00"), &usd("4.00")));
    let owing = [
        ("1050", "108.00"),
        ("1200", "-54.00"),
        ("2200", "-4.00"),
        ("4000", "-100.00"),
        ("4100", "0.00"),
        ("4900", "50.00"),
    ];
    assert_eq!(balances(&sandbox).await, stand(&owing));
    let refund = put(&sandbox, "payments/tb:p:2", &payment("out", "54.00", "tb:n:1")).await;
    assert_eq!(refund.status, 201, "{}", refund.text);
    let settled = [
        ("1050", "54.00"),
        ("1200", "0.00"),
        ("2200", "-4.00"),
        ("4000", "-100.00"),
        ("4100", "0.00"),
        ("4900", "50.00"),
    ];
    assert_eq!(balances(&sandbox).await, stand(&settled));
}

#[tokio::test]
async fn no_more_is_settled_than_is_owed_and_what_comes_back_is_owed_again() {
    let sandbox = paid().await;
    put(&sandbox, "invoices/tb:n:1", &half()).await;
    // Each payment has a key of its own; a refusal leaves nothing.
    for (number, direction, amount, document, code) in [
        (2, "out", "54.01", "tb:n:1", Some("over_allocated")),
        (3, "out", "54.00", "tb:n:1", None),
        (4, "out", "0.01", "tb:n:1", Some("over_allocated")),
        // The refund failed: the credit note waits for another, and for no more than that.
        (5, "in", "54.00", "tb:n:1", None),
        (6, "in", "0.01", "tb:n:1", Some("over_allocated")),
        (7, "out", "54.00", "tb:n:1", None),
        // The charge bounced.
        (8, "out", "108.01", "tb:i:1", Some("over_allocated")),
        (9, "out", "108.00", "tb:i:1", None),
        (10, "in", "-1.00", "tb:i:1", Some("amount_invalid")),
        (11, "in", "1.00", "tb:i:9", Some("invoice_unknown")),
    ] {
        let got =
            put(&sandbox, &format!("payments/tb:p:{number}"), &payment(direction, amount, document)).await;
        let refused = (got.status != 201).then(|| got.json()["code"].as_str().unwrap().to_owned());
        assert_eq!(refused.as_deref(), code, "{number}: {}", got.text);
    }
    let mut twice = payment("in", "108.00", "tb:i:1");
    twice["allocations"] = json!([{"invoice_key": "tb:i:1", "amount": usd("60.00")}, {"invoice_key": "tb:i:1", "amount": usd("48.01")}]);
    twice["amount"] = usd("200.00");
    let got = put(&sandbox, "payments/tb:p:12", &twice).await;
    assert_eq!(got.json()["errors"], json!([{"path": "/allocations/1/amount", "code": "over_allocated"}]));
}

#[tokio::test]
async fn rows_may_take_something_off_and_the_whole_may_not() {
    let sandbox = paid().await;
    let tax = |amount: &str| json!([{"code": "VAT", "amount": usd(amount)}]);
    let lamp =
        json!({"line_id": "1", "qty": 1, "description": "Lamp", "amount": usd("50.00"), "tax": tax("4.00")});
    let kept = |amount: &str| json!({"description": "Fee", "amount": usd(amount)});
    for (lines, total, code, path) in [
        (json!([lamp, kept("-54.00")]), "0.00", "over_credit", None),
        (json!([lamp, kept("-60.00")]), "-6.00", "over_credit", None),
        (json!([lamp]), "50.00", "total_mismatch", Some("/total")),
        (json!([kept("108.01")]), "108.01", "over_credit", None),
        (json!([{"line_id": "9", "amount": usd("1.00")}]), "1.00", "line_unknown", Some("/lines/0/line_id")),
        (
            json!([{"amount": usd("1.00"), "tax": [{"amount": usd("0.10")}]}]),
            "1.10",
            "required",
            Some("/lines/0/tax/0/code"),
        ),
        (
            json!([{"amount": usd("1.00"), "tax": tax("0.1")}]),
            "1.10",
            "money_digits",
            Some("/lines/0/tax/0/amount/amount"),
        ),
    ] {
        let got = put(&sandbox, "invoices/tb:n:1", &note(lines, total)).await;
        let first = got.json()["errors"].as_array().and_then(|errors| errors.first().cloned());
        assert_eq!((got.status, got.json()["code"].as_str()), (422, Some(code)), "{}", got.text);
        assert_eq!(first.map(|field| field["path"].clone()), path.map(|path| json!(path)), "{}", got.text);
    }
    let made = put(&sandbox, "invoices/tb:n:1", &note(json!([lamp, kept("-5.00")]), "49.00")).await;
    assert_eq!((made.status, &made.json()["tax_total"]), (201, &usd("4.00")), "{}", made.text);
    let over = put(&sandbox, "invoices/tb:n:2", &note(json!([kept("59.01")]), "59.01")).await;
    assert_eq!((&over.json()["code"], &over.json()["left"]), (&json!("over_credit"), &usd("59.00")));
}
