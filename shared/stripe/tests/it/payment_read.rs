//! `stripe.payment.read`: what is asked, what is understood, what is refused.

use canonical::{ChargeStatus, Payment};
use flow::Class;
use serde_json::{Value, json};
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, ResponseTemplate};

use crate::fixtures;
use crate::world::{KEY, World, charge, client, settings};

async fn read_of(body: Value) -> Result<Payment, flow::Fault> {
    let world = World::new().await;
    let id = body["id"].as_str().unwrap().to_owned();
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
        .mount(&world.server)
        .await;
    let payment = world.read(&id).await;
    assert_eq!(world.requests().await.len(), 1, "one call");
    payment
}

fn with(changes: Value) -> Value {
    let mut body = charge();
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn orders(payment: &Payment) -> Vec<(&str, Option<&str>, Option<u64>)> {
    payment
        .orders
        .iter()
        .map(|order| {
            (
                order.found_in.as_str(),
                order.number.as_ref().map(canonical::IncrementId::as_str),
                order.id.map(canonical::OrderId::get),
            )
        })
        .collect()
}

#[tokio::test]
async fn one_call_with_version_and_key_reads_everything() {
    let world = World::new().await;
    Mock::given(method("GET"))
        .and(path("/stripe/v1/charges/ch_1"))
        .and(query_param("expand[]", "payment_intent"))
        .and(header("authorization", format!("Bearer {KEY}")))
        .and(header("stripe-version", "2026-10-28.endive"))
        .respond_with(ResponseTemplate::new(200).set_body_json(charge()))
        .expect(1)
        .mount(&world.server)
        .await;
    let payment = world.read("ch_1").await.unwrap();
    assert_eq!(
        world.requests().await,
        ["GET /stripe/v1/charges/ch_1?expand%5B%5D=payment_intent&expand%5B%5D=balance_transaction"]
    );
    assert_eq!(payment.intent.unwrap().as_str(), "pi_1");
    assert_eq!(payment.amount.to_string(), "50.00 USD");
    assert_eq!(payment.fee.unwrap().to_string(), "1.75 EUR");
    assert_eq!((payment.method.as_str(), payment.last4.as_deref()), ("card", Some("4242")));
    assert_eq!((payment.status, payment.captured), (ChargeStatus::Succeeded, true));
}

#[tokio::test]
async fn the_account_is_named_where_it_is_not_the_pairs() {
    for (account, sent) in [("acct_1Test", None), ("acct_other", Some("acct_other"))] {
        let world = World::new().await;
        let answer = ResponseTemplate::new(200).set_body_json(charge());
        Mock::given(method("GET")).respond_with(answer).mount(&world.server).await;
        world.run("stripe.payment.read", json!({"charge": "ch_1", "account": account})).await.unwrap();
        let requests = world.server.received_requests().await.unwrap();
        let header = requests[0].headers.get("stripe-account").map(|value| value.to_str().unwrap());
        assert_eq!(header, sent, "{account}");
    }
}

#[tokio::test]
async fn the_money_was_taken_when_stripe_booked_it_and_not_when_it_was_authorised() {
    let captured = with(json!({"created": 1_772_228_400,
        "balance_transaction": {"id": "txn_1", "object": "balance_transaction", "created": 1_772_442_845, "fee": 59,
            "currency": "eur"}}));
    let payment = read_of(captured).await.unwrap();
    assert_eq!(payment.created.to_string(), "2026-02-27T21:40:00Z");
    assert_eq!(payment.paid_at.unwrap().to_string(), "2026-03-02T09:14:05Z");
    let not_yet = read_of(with(json!({"balance_transaction": null}))).await.unwrap();
    assert_eq!(not_yet.paid_at, None);
}

#[tokio::test]
async fn what_no_decision_hangs_on_parks_nothing() {
    let odd = with(json!({"customer": "7", "refunded": true, "disputed": true,
        "balance_transaction": {"id": "txn_1", "object": "balance_transaction", "created": 1, "fee": 59, "currency": "xqz"}}));
    let payment = read_of(odd).await.unwrap();
    assert_eq!((payment.customer, payment.fee), (None, None));
    assert!(payment.refunded && payment.disputed);
}

#[tokio::test]
async fn references_may_be_ids_null_or_objects() {
    let old = with(
        json!({"payment_intent": null, "balance_transaction": null, "customer": null, "amount_captured": null}),
    );
    let payment = read_of(old).await.unwrap();
    assert_eq!((payment.intent, payment.fee, payment.customer), (None, None, None));
    assert_eq!(payment.amount_captured, payment.amount);
    let plain = with(json!({"payment_intent": "pi_9", "balance_transaction": "txn_9",
        "customer": {"id": "cus_9", "object": "customer", "deleted": true}}));
    let payment = read_of(plain).await.unwrap();
    assert_eq!(payment.intent.unwrap().as_str(), "pi_9");
    assert_eq!(payment.customer.unwrap().as_str(), "cus_9");
    let debit = with(
        json!({"id": "py_1", "payment_method_details": {"type": "sepa_debit", "sepa_debit": {}}, "status": "pending",
        "captured": false, "amount_captured": 0}),
    );
    let payment = read_of(debit).await.unwrap();
    assert_eq!(
        (payment.charge.as_str(), payment.status, payment.brand),
        ("py_1", ChargeStatus::Pending, None)
    );
}

#[tokio::test]
async fn orders_are_found_by_the_rules_in_their_order() {
    let cases = [
        (json!({}), json!({}), json!(null), vec![]),
        (json!({}), json!({"Order #": "42"}), json!(null), vec![("Order #", Some("42"), None)]),
        (
            json!({"Order #": "#42"}),
            json!({"Order #": " 42 "}),
            json!(null),
            vec![("Order #", Some("42"), None)],
        ),
        (
            json!({"tb_order_id": "7", "tb_order": "42", "magentoorderid": "42", "tb_pair": "main", "tb_store": "1"}),
            json!({"Order #": "42"}),
            json!("Order #42 by Ann"),
            vec![("tb_order_id", Some("42"), Some(7))],
        ),
        (
            json!({"magentoorderid": "41"}),
            json!({"Order #": "42"}),
            json!(null),
            vec![("magentoorderid", Some("41"), None), ("Order #", Some("42"), None)],
        ),
        (
            json!({"shop_order": "43"}),
            json!({"Order #": "41,42"}),
            json!(null),
            vec![
                ("Order #", Some("41"), None),
                ("Order #", Some("42"), None),
                ("shop_order", Some("43"), None),
            ],
        ),
        (
            json!({}),
            json!({}),
            json!("Recurring Order #42 by Ann Lee"),
            vec![("description", Some("42"), None)],
        ),
        (json!({}), json!({"Order #": "42"}), json!("Order #41 by Ann"), vec![("Order #", Some("42"), None)]),
        (
            json!({}),
            json!({"Order #": "42"}),
            json!("Orders #42, #43 by Ann"),
            vec![("Order #", Some("42"), None), ("description", Some("43"), None)],
        ),
        (
            json!({"tb_pair": "other", "tb_order_id": "7"}),
            json!({"Order #": "42"}),
            json!("Order #42"),
            vec![],
        ),
        (json!({"quote_id": "9"}), json!({"tb_order_id": "x"}), json!(null), vec![]),
    ];
    for (own, intent, description, expected) in cases {
        let body = with(json!({"metadata": own, "description": description,
            "payment_intent": {"id": "pi_1", "metadata": intent, "description": null}}));
        let payment = read_of(body.clone()).await.unwrap();
        assert_eq!(orders(&payment), expected, "{body}");
    }
}

/// Another shop behind the same account may have an order of the same number.
#[tokio::test]
async fn a_number_alone_does_not_say_whose_it_is() {
    for (metadata, of_pair) in [
        (json!({"Order #": "42"}), false),
        (json!({"magentoorderid": "42"}), false),
        (json!({"tb_order_id": "7", "tb_order": "42"}), false),
        (json!({}), false),
        (json!({"shop_order": "42"}), true),
        (json!({"Order #": "42", "shop_order": "42"}), true),
        (json!({"Order #": "42", "tb_pair": "main"}), true),
        (json!({"tb_order_id": "7", "tb_pair": "main"}), true),
    ] {
        let body = with(json!({"metadata": metadata, "description": "Order #42 by Ann",
            "payment_intent": {"id": "pi_1", "metadata": {}, "description": null}}));
        let orders = read_of(body).await.unwrap().orders;
        assert_eq!(orders.iter().map(|order| order.of_pair).collect::<Vec<_>>(), [of_pair], "{metadata}");
    }
}

#[tokio::test]
async fn what_cannot_be_believed_is_refused_with_its_reason() {
    for (changes, class, code) in [
        (json!({"livemode": true}), Class::Validation, "wrong_mode"),
        (json!({"status": "quantum"}), Class::Validation, "unknown_value"),
        (json!({"currency": "zzz"}), Class::Validation, "unknown_currency"),
        (json!({"currency": "lyd"}), Class::Validation, "malformed_value"),
        (json!({"amount": "50.00"}), Class::Validation, "unreadable_answer"),
        (json!({"amount": 12.5}), Class::Validation, "unreadable_answer"),
    ] {
        let fault = read_of(with(changes.clone())).await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (class, code), "{changes}: {}", fault.message);
        assert!(!fault.message.contains("ann@example.com"));
    }
    let yen = read_of(with(json!({"currency": "jpy", "balance_transaction": null}))).await.unwrap();
    assert_eq!(yen.amount.to_string(), "5000 JPY");
}

#[tokio::test]
async fn charges_of_recorded_events_are_read() {
    for (name, text) in fixtures::events() {
        let event: Value = serde_json::from_str(&text).unwrap();
        let mut object = event["data"]["object"].clone();
        if object["object"] == "charge" {
            object["livemode"] = json!(false);
            let payment = read_of(object.clone()).await.unwrap_or_else(|fault| panic!("{name}: {fault}"));
            assert_eq!(Some(payment.charge.as_str()), object["id"].as_str(), "{name}");
            assert_eq!(payment.captured, object["captured"] == json!(true), "{name}");
        }
    }
}

#[test]
fn a_client_refuses_a_key_of_the_other_mode_or_none() {
    for (key, livemode, code) in [
        ("sk_live_x", false, "wrong_mode"),
        ("rk_test_x", true, "wrong_mode"),
        ("", false, "stripe_settings"),
        ("rk_test_a\nb", false, "stripe_settings"),
    ] {
        let error =
            client("http://127.0.0.1:1", stripe::Settings { livemode, ..settings() }, key).unwrap_err();
        assert_eq!(error.code(), code);
        assert!(key.is_empty() || !error.to_string().contains(key));
    }
    let client = client("http://127.0.0.1:1", settings(), KEY).unwrap();
    assert!(!format!("{client:?}").contains("canary"));
}
