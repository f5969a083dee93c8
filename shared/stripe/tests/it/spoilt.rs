//! Answers of which anything may be anything else: they are read or refused by name, and nobody's name gets in.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use wiremock::matchers::method;
use wiremock::{Mock, Request, ResponseTemplate};

use crate::world::World;

/// What reads may be refused with.
const CODES: [&str; 11] = [
    "endless_list",
    "list_behind",
    "malformed_value",
    "net_differs",
    "not_settled_yet",
    "nothing_taken",
    "refund_without_charge",
    "unknown_currency",
    "unknown_value",
    "unreadable_answer",
    "wrong_mode",
];

/// What must not be read: an order's description and a dispute's evidence have it.
const NAME: &str = "Ann Lee";

fn transaction(id: &str, source: &str, net: i64) -> Value {
    json!({
        "id": id, "object": "balance_transaction", "amount": net + 30, "fee": 30, "net": net, "currency": "usd",
        "fee_details": [{ "amount": 30, "currency": "usd", "type": "stripe_fee" }], "source": source, "type": "adjustment",
        "reporting_category": "dispute", "description": format!("Order #42 by {NAME}"), "created": 1_772_442_840,
        "available_on": 1_772_582_400, "balance_type": "payments", "exchange_rate": 0.9137
    })
}

fn page(rows: &Value) -> Value {
    json!({ "object": "list", "has_more": false, "data": rows })
}

/// Each read with an answer that it takes.
fn answers() -> [(&'static str, Value, Value); 6] {
    let refund = json!({
        "id": "re_1", "object": "refund", "amount": 5, "currency": "usd", "charge": "ch_1", "payment_intent": "pi_1",
        "created": 1, "status": "failed", "reason": null, "metadata": { "tb_memo": "7" },
        "balance_transaction": transaction("txn_1", "re_1", -5), "failure_balance_transaction": transaction("txn_2", "re_1", 5)
    });
    let mut found = refund.clone();
    found["charge"] = json!({ "id": "ch_1", "object": "charge", "livemode": false });
    found["has_more"] = json!(false);
    found["data"] = json!([refund.clone()]);
    let charge = json!({
        "id": "ch_1", "object": "charge", "livemode": false, "captured": true, "status": "succeeded",
        "balance_transaction": transaction("txn_1", "ch_1", 5)
    });
    let dispute = json!({
        "id": "du_1", "object": "dispute", "amount": 5, "currency": "jpy", "charge": "ch_1", "payment_intent": null,
        "created": 1, "status": "lost", "reason": "general", "is_charge_refundable": false, "livemode": false,
        "evidence_details": { "due_by": 7 }, "evidence": { "customer_name": NAME },
        "balance_transactions": [transaction("txn_1", "du_1", -5), transaction("txn_2", "du_1", 5)]
    });
    let payout = json!({
        "id": "po_1", "object": "payout", "amount": 5, "currency": "usd", "arrival_date": 1_772_442_840, "automatic": true,
        "method": "standard", "status": "paid", "reconciliation_status": "completed", "livemode": false,
        "trace_id": { "status": "supported", "value": "FT1" }, "balance_transaction": transaction("txn_1", "po_1", -5),
        "failure_balance_transaction": null, "original_payout": null, "reversed_by": "po_2"
    });
    let rows = page(&json!([transaction("txn_1", "ch_1", 5), transaction("txn_2", "du_1", -5)]));
    [
        ("stripe.refund.list", json!({ "charge": "ch_1" }), page(&json!([refund]))),
        ("stripe.refund.list", json!({ "refund": "re_1" }), found),
        ("stripe.settlement.read", json!({ "charge": "ch_1" }), charge),
        ("stripe.dispute.read", json!({ "dispute": "du_1" }), dispute),
        ("stripe.payout.read", json!({ "payout": "po_1" }), payout),
        ("stripe.balance_transaction.list", json!({}), rows),
    ]
}

/// Stripe, which answers whatever it is told to.
async fn stripe() -> (World, Arc<Mutex<Value>>) {
    let world = World::new().await;
    let body = Arc::new(Mutex::new(Value::Null));
    let told = Arc::clone(&body);
    Mock::given(method("GET"))
        .respond_with(move |_: &Request| ResponseTemplate::new(200).set_body_json(&*told.lock().unwrap()))
        .mount(&world.server)
        .await;
    (world, body)
}

/// What a field may be instead.
fn oddity() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!(true)),
        Just(json!("")),
        Just(json!("txn_9")),
        Just(json!([])),
        Just(json!({})),
        Just(json!({ "id": "x" })),
        Just(json!(0.1)),
        Just(json!(1e300)),
        any::<i64>().prop_map(|number| json!(number)),
        (-100_i64..100).prop_map(|number| json!(number)),
        "\\PC{0,80}".prop_map(|text| json!(text)),
    ]
}

fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| pointers(value, &format!("{at}/{name}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, value)| pointers(value, &format!("{at}/{n}"), found));
        }
        _ => {}
    }
}

#[test]
fn spoilt_answers_are_read_or_refused_by_name() {
    let runtime = Runtime::new().unwrap();
    let (world, body) = runtime.block_on(stripe());
    let ask = |action, input: &Value, answer: &Value| {
        *body.lock().unwrap() = answer.clone();
        runtime.block_on(world.run(action, input.clone()))
    };
    for (action, input, answer) in answers() {
        let output = ask(action, &input, &answer).unwrap_or_else(|fault| panic!("{action}: {fault}"));
        assert!(!output.to_string().contains(NAME), "{output}");
    }
    let spoilt = proptest::collection::vec((any::<prop::sample::Index>(), oddity()), 1..4);
    let config = ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(which in any::<prop::sample::Index>(), spoilt in spoilt)| {
        let (action, input, mut answer) = which.get(&answers()).clone();
        for (place, value) in spoilt {
            let mut places = Vec::new();
            pointers(&answer, "", &mut places);
            let place: &String = place.get(&places);
            *answer.pointer_mut(place).unwrap() = value;
        }
        match ask(action, &input, &answer) {
            Ok(output) => prop_assert!(output.is_object(), "{output}"),
            Err(fault) => {
                prop_assert!(CODES.contains(&fault.code.as_str()), "{action}: {fault:?}: {answer}");
                prop_assert!(!fault.message.contains(NAME), "{}", fault.message);
            }
        }
    });
}
