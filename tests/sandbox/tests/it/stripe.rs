//! Stripe: keys and versions, reads and expansion, lists, idempotency, metadata, refunds.

use serde_json::{Value, json};

use crate::client::{admin, ask, request, sandbox, stripe};
use sandbox::{Key, STRIPE_KEY, Sandbox, Settings};

async fn pay(sandbox: &Sandbox, body: &Value) -> Value {
    let made = admin(sandbox, "POST", "/admin/charges", body).await;
    assert_eq!(made.status, 200, "{}", made.text);
    made.json()
}

fn id<'a>(made: &'a Value, name: &str) -> &'a str {
    made[name].as_str().unwrap()
}

#[tokio::test]
async fn a_request_needs_a_key_a_version_and_the_right_account() {
    let sandbox = sandbox();
    let version = ("stripe-version", "2026-10-28.endive");
    let basic = format!(
        "Basic {}",
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("{STRIPE_KEY}:"))
    );
    let bearer = format!("Bearer {STRIPE_KEY}");
    let cases: &[(&[(&str, &str)], u16, &str)] = &[
        (&[version], 401, "You did not provide an API key"),
        (
            &[version, ("authorization", "Bearer rk_test_wrong_wrong_wrong")],
            401,
            "Invalid API Key provided: rk_test_****",
        ),
        (&[("authorization", &bearer)], 400, "Stripe-Version"),
        (
            &[version, ("authorization", &bearer), ("stripe-account", "acct_other")],
            403,
            "does not have access",
        ),
        (&[version, ("authorization", &bearer)], 200, "\"object\":\"account\""),
        (&[version, ("authorization", &basic)], 200, "\"object\":\"account\""),
    ];
    for (headers, status, text) in cases {
        let got = ask(&sandbox, request("GET", "/stripe/v1/account", headers, "")).await;
        assert_eq!(got.status, *status, "{headers:?}: {}", got.text);
        assert!(got.text.contains(text), "{headers:?}: {}", got.text);
        assert!(!got.text.contains("wrong_wrong"), "a key is echoed: {}", got.text);
        assert_eq!(got.header("request-id").is_some(), *status != 401, "{headers:?}");
    }
}

#[tokio::test]
async fn a_restricted_key_is_told_which_right_it_lacks() {
    let mut settings = Settings::default();
    settings.stripe.keys =
        vec![Key { secret: STRIPE_KEY.to_owned(), denied: vec!["rak_payment_intent_write".to_owned()] }];
    let sandbox = Sandbox::new(settings);
    let made = pay(&sandbox, &json!({"amount": 100})).await;
    let path = format!("/v1/payment_intents/{}", id(&made, "payment_intent"));
    assert_eq!(stripe(&sandbox, "GET", &path, "", &[]).await.status, 200);
    let refused = stripe(&sandbox, "POST", &path, "description=x", &[]).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("rak_payment_intent_write"), "{}", refused.text);
}

#[tokio::test]
async fn what_is_asked_for_is_expanded_up_to_four_levels() {
    let sandbox = sandbox();
    let made = pay(&sandbox, &json!({"amount": 10_068, "metadata": {"Order #": "100000012"}})).await;
    let (charge, intent) = (id(&made, "charge"), id(&made, "payment_intent"));
    let path = format!("/v1/payment_intents/{intent}?expand[]=latest_charge.balance_transaction");
    let got = stripe(&sandbox, "GET", &path, "", &[]).await.json();
    assert_eq!(got["latest_charge"]["id"], charge);
    assert_eq!(got["latest_charge"]["metadata"]["Order #"], "100000012");
    let row = &got["latest_charge"]["balance_transaction"];
    assert_eq!(row["amount"].as_i64().unwrap() - row["fee"].as_i64().unwrap(), row["net"].as_i64().unwrap());

    let list = format!("/v1/charges?payment_intent={intent}&expand[]=data.balance_transaction.source");
    let got = stripe(&sandbox, "GET", &list, "", &[]).await.json();
    assert_eq!(got["data"][0]["balance_transaction"]["source"]["id"], charge);

    let deep = "expand[]=latest_charge.payment_intent.latest_charge.payment_intent.latest_charge";
    for (query, text) in [("expand[]=colour", "cannot be expanded"), (deep, "more than 4 levels")] {
        let got = stripe(&sandbox, "GET", &format!("/v1/payment_intents/{intent}?{query}"), "", &[]).await;
        assert_eq!((got.status, got.text.contains(text)), (400, true), "{}", got.text);
    }
    let unknown = stripe(&sandbox, "GET", "/v1/charges/ch_nobody", "", &[]).await;
    assert_eq!(unknown.status, 404);
    assert_eq!(unknown.json()["error"]["code"], "resource_missing");
    let unknown = stripe(&sandbox, "GET", "/v1/charges?colour=red", "", &[]).await;
    assert_eq!(unknown.json()["error"]["code"], "parameter_unknown");
}

#[tokio::test]
async fn the_balance_transaction_comes_later_when_capture_is_asynchronous() {
    let sandbox = sandbox();
    let made = pay(&sandbox, &json!({"amount": 500, "settles_after_reads": 2})).await;
    assert_eq!(made["event"]["data"]["object"]["balance_transaction"], Value::Null);
    let path = format!("/v1/charges/{}?expand[]=balance_transaction", id(&made, "charge"));
    for expected in [Value::Null, Value::Null, json!(500)] {
        let got = stripe(&sandbox, "GET", &path, "", &[]).await.json();
        assert_eq!(got["balance_transaction"].get("amount").unwrap_or(&Value::Null), &expected);
    }
    let updated = stripe(&sandbox, "GET", "/v1/events?types[]=charge.updated", "", &[]).await.json();
    assert_eq!(updated["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_list_is_walked_by_cursor_without_gap_or_repeat() {
    let sandbox = sandbox();
    for created in 1..=7 {
        pay(&sandbox, &json!({"amount": created * 100, "created": 1_700_000_000 + created})).await;
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = stripe(&sandbox, "GET", &format!("/v1/charges?limit=3{after}"), "", &[]).await.json();
        for row in page["data"].as_array().unwrap() {
            seen.push(row["amount"].as_i64().unwrap());
            after = format!("&starting_after={}", id(row, "id"));
        }
        if page["has_more"] == false {
            break;
        }
    }
    assert_eq!(seen, [700, 600, 500, 400, 300, 200, 100]);
    let some = "/v1/charges?created[gt]=1700000002&created[lte]=1700000004";
    let got = stripe(&sandbox, "GET", some, "", &[]).await.json();
    let amounts: Vec<_> = got["data"].as_array().unwrap().iter().map(|row| row["amount"].clone()).collect();
    assert_eq!(amounts, [json!(400), json!(300)]);
    let wrong = stripe(&sandbox, "GET", "/v1/charges?starting_after=ch_gone", "", &[]).await.json();
    assert_eq!(wrong["error"]["param"], "starting_after");
}

#[tokio::test]
async fn metadata_merges_on_the_intent_and_does_not_reach_the_charge() {
    let sandbox = sandbox();
    let made = pay(&sandbox, &json!({"amount": 100, "metadata": {"kept": "1", "gone": "2"}})).await;
    let path = format!("/v1/payment_intents/{}", id(&made, "payment_intent"));
    let body = "metadata[tb_order]=100000012&metadata[gone]=&metadata%5BOrder%20%23%5D=7&description=Order";
    let changed = stripe(&sandbox, "POST", &path, body, &[]).await.json();
    assert_eq!(changed["metadata"], json!({"kept": "1", "tb_order": "100000012", "Order #": "7"}));
    assert_eq!(changed["description"], "Order");
    let charge =
        stripe(&sandbox, "GET", &format!("/v1/charges/{}", id(&made, "charge")), "", &[]).await.json();
    assert_eq!(charge["metadata"], json!({"kept": "1", "gone": "2"}));
    let long = format!("metadata[{}]=x", "k".repeat(41));
    for body in [long, format!("metadata[k]={}", "v".repeat(501)), "colour=red".to_owned()] {
        assert_eq!(stripe(&sandbox, "POST", &path, &body, &[]).await.status, 400, "{body}");
    }
    let after = stripe(&sandbox, "GET", &path, "", &[]).await.json();
    assert_eq!(after["metadata"], changed["metadata"]);
}

#[tokio::test]
async fn a_key_replays_its_answer_and_refuses_other_parameters() {
    let sandbox = sandbox();
    let made = pay(&sandbox, &json!({"amount": 1000})).await;
    let body = format!("charge={}&amount=300", id(&made, "charge"));
    let key = [("idempotency-key", "tb-main-refund-1")];
    let first = stripe(&sandbox, "POST", "/v1/refunds", &body, &key).await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (200, None));
    let turned = format!("amount=300&charge={}", id(&made, "charge"));
    let again = stripe(&sandbox, "POST", "/v1/refunds", &turned, &key).await;
    assert_eq!(again.text, first.text);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.header("original-request"), first.header("request-id"));
    assert_ne!(again.header("request-id"), first.header("request-id"));
    let other = stripe(&sandbox, "POST", "/v1/refunds", &body.replace("300", "301"), &key).await;
    assert_eq!((other.status, other.json()["error"]["type"].clone()), (400, json!("idempotency_error")));
    let refunds = stripe(&sandbox, "GET", "/v1/refunds", "", &[]).await.json();
    assert_eq!(refunds["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_500_is_kept_under_its_key_and_a_refusal_is_not() {
    let sandbox = sandbox();
    let made = pay(&sandbox, &json!({"amount": 1000})).await;
    let body = format!("charge={}&amount=100", id(&made, "charge"));
    for (fault, kept) in
        [("error=500", true), ("error=402", true), ("error=429", false), ("error=409", false)]
    {
        let key = format!("key-{fault}");
        let headers = [("idempotency-key", key.as_str()), ("x-sandbox-fault", fault)];
        let first = stripe(&sandbox, "POST", "/v1/refunds", &body, &headers).await;
        let again = stripe(&sandbox, "POST", "/v1/refunds", &body, &headers[..1]).await;
        assert_eq!(again.status, if kept { first.status } else { 200 }, "{fault}");
        assert_eq!(again.header("idempotent-replayed").is_some(), kept, "{fault}");
    }
    // Done and answered with 500: the key replays the 500, only a look shows the refund.
    let headers = [("idempotency-key", "lost"), ("x-sandbox-fault", "commit_then_500")];
    for headers in [&headers[..], &headers[..1]] {
        assert_eq!(stripe(&sandbox, "POST", "/v1/refunds", &body, headers).await.status, 500);
    }
    let refunds = stripe(&sandbox, "GET", "/v1/refunds", "", &[]).await.json();
    assert_eq!(refunds["data"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_second_request_under_a_running_key_is_a_conflict() {
    let sandbox = sandbox();
    let made = pay(&sandbox, &json!({"amount": 1000})).await;
    let body = format!("charge={}&amount=100", id(&made, "charge"));
    let slow = [("idempotency-key", "k"), ("x-sandbox-fault", "latency=300")];
    let (first, second) = tokio::join!(
        stripe(&sandbox, "POST", "/v1/refunds", &body, &slow),
        stripe(&sandbox, "POST", "/v1/refunds", &body, &slow[..1])
    );
    assert_eq!((first.status, second.status), (200, 409));
    assert_eq!(second.json()["error"]["code"], "idempotency_key_in_use");
}

#[tokio::test]
async fn refunds_never_exceed_what_was_taken() {
    let sandbox = sandbox();
    let made = pay(&sandbox, &json!({"amount": 1000})).await;
    let charge = id(&made, "charge");
    let refund = async |body: String| stripe(&sandbox, "POST", "/v1/refunds", &body, &[]).await;
    let first =
        refund(format!("payment_intent={}&amount=400&metadata[memo]=3", id(&made, "payment_intent"))).await;
    assert_eq!(first.json()["metadata"], json!({"memo": "3"}));
    assert_eq!(
        refund(format!("charge={charge}&amount=601")).await.json()["error"]["code"],
        "amount_too_large"
    );
    assert_eq!(refund(format!("charge={charge}")).await.json()["amount"], 600);
    assert_eq!(
        refund(format!("charge={charge}&amount=1")).await.json()["error"]["code"],
        "charge_already_refunded"
    );
    let after = stripe(&sandbox, "GET", &format!("/v1/charges/{charge}"), "", &[]).await.json();
    assert_eq!((&after["amount_refunded"], &after["refunded"]), (&json!(1000), &json!(true)));
    let held = pay(&sandbox, &json!({"amount": 1000, "captured": false})).await;
    assert_eq!(refund(format!("charge={}", id(&held, "charge"))).await.status, 400);
    let disputed = pay(&sandbox, &json!({"amount": 1000, "charge": {"disputed": true}})).await;
    let refused = refund(format!("charge={}", id(&disputed, "charge"))).await;
    assert_eq!(refused.json()["error"]["code"], "charge_disputed");
    let rows =
        stripe(&sandbox, "GET", &format!("/v1/balance_transactions?source={charge}"), "", &[]).await.json();
    assert_eq!(rows["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_authorisation_is_captured_once() {
    let sandbox = sandbox();
    let made = pay(&sandbox, &json!({"amount": 1000, "captured": false})).await;
    assert_eq!(made["balance_transaction"], Value::Null);
    let path = format!("/v1/payment_intents/{}/capture", id(&made, "payment_intent"));
    let captured =
        stripe(&sandbox, "POST", &path, "amount_to_capture=700&expand[]=latest_charge", &[]).await.json();
    assert_eq!((&captured["status"], &captured["amount_received"]), (&json!("succeeded"), &json!(700)));
    assert_eq!(captured["latest_charge"]["amount_captured"], 700);
    assert_eq!(captured["latest_charge"]["amount_refunded"], 300);
    let again = stripe(&sandbox, "POST", &path, "", &[]).await.json();
    assert_eq!(again["error"]["code"], "payment_intent_unexpected_state");
    let events = stripe(&sandbox, "GET", "/v1/events?type=charge.captured", "", &[]).await.json();
    assert_eq!(events["data"][0]["data"]["object"]["captured"], true);
}

#[tokio::test]
async fn limits_and_locks_say_which_they_are() {
    let sandbox = sandbox();
    let ask =
        async |fault: &str| stripe(&sandbox, "GET", "/v1/balance", "", &[("x-sandbox-fault", fault)]).await;
    let plain = ask("error=429").await;
    assert_eq!(plain.json()["error"]["code"], "rate_limit");
    assert_eq!(plain.header("stripe-rate-limited-reason"), Some("global-rate"));
    let endpoint = ask("error=429:endpoint-rate").await;
    assert_eq!(endpoint.header("stripe-rate-limited-reason"), Some("endpoint-rate"));
    let lock = ask("error=429:lock_timeout").await;
    assert_eq!(lock.json()["error"]["code"], "lock_timeout");
    assert_eq!(lock.header("stripe-rate-limited-reason"), None);
}

#[tokio::test]
async fn customers_are_found_by_mail_and_metadata() {
    let sandbox = sandbox();
    for (id, email, order) in [("cus_1", "ada@example.com", "1"), ("cus_2", "bob@example.com", "2")] {
        let customer = json!({"id": id, "object": "customer", "email": email, "metadata": {"order": order}});
        assert_eq!(admin(&sandbox, "POST", "/admin/charges", &customer).await.status, 200);
    }
    for (query, found) in [
        ("email:'bob@example.com'", vec!["cus_2"]),
        ("metadata['order']:'1'", vec!["cus_1"]),
        ("email:'bob@example.com' AND metadata['order']:'1'", vec![]),
    ] {
        let path = format!("/v1/customers/search?query={}", query.replace(' ', "%20"));
        let got = stripe(&sandbox, "GET", &path, "", &[]).await.json();
        let ids: Vec<&str> = got["data"].as_array().unwrap().iter().map(|row| id(row, "id")).collect();
        assert_eq!(ids, found, "{query}");
    }
    assert_eq!(stripe(&sandbox, "GET", "/v1/customers/search?query=what", "", &[]).await.status, 400);
}
