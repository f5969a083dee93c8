//! Every object that the Stripe double serves has every field of Stripe's own sample.

use std::path::Path;

use serde_json::{Value, json};

use crate::client::{admin, sandbox, stripe};

/// Fields of the sample that ours lacks, or has as another JSON type, by path. Null may stand for anything; of a list,
/// the first entries are compared.
fn missing(sample: &Value, ours: &Value, at: &str, found: &mut Vec<String>) {
    match (sample, ours) {
        (Value::Object(sample), Value::Object(ours)) => {
            for (name, value) in sample {
                let at = format!("{at}/{name}");
                // What an event carries is another object, of whatever kind; a label is the merchant's own.
                if at == "/data/object" || at.contains("/metadata/") {
                    continue;
                }
                match ours.get(name) {
                    Some(other) => missing(value, other, &at, found),
                    None => found.push(at),
                }
            }
        }
        (Value::Array(sample), Value::Array(ours)) => {
            if let (Some(sample), Some(ours)) = (sample.first(), ours.first()) {
                missing(sample, ours, &format!("{at}/0"), found);
            }
        }
        (Value::Null, _)
        | (_, Value::Null)
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::String(_), Value::String(_)) => {}
        _ => found.push(format!("{at} is {sample}, ours is {ours}")),
    }
}

#[tokio::test]
async fn objects_have_every_field_of_the_published_samples() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs/stripe-objects.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        println!("skipped: {} is not there", file.display());
        return;
    };
    let samples: Value = serde_json::from_str(&text).unwrap();
    let sandbox = sandbox();
    let made = admin(&sandbox, "POST", "/admin/charges", &json!({"amount": 1000})).await.json();
    let refund = format!("charge={}&amount=100", made["charge"].as_str().unwrap());
    let refund = stripe(&sandbox, "POST", "/v1/refunds", &refund, &[]).await.json();
    let disputed = json!([{"move": "pay", "amount": 1000}, {"move": "top_up", "amount": 1000, "currency": "usd"},
        {"move": "payment_method", "customer": "cus_1"}]);
    let played = admin(&sandbox, "POST", "/admin/stripe/moves", &disputed).await.json();
    let dispute = json!({"move": "dispute", "charge": played[0]["id"]});
    let dispute = admin(&sandbox, "POST", "/admin/stripe/moves", &dispute).await.json();
    for whole in [json!({"id": "cus_1", "object": "customer"}), json!({"id": "po_1", "object": "payout"})] {
        assert_eq!(admin(&sandbox, "POST", "/admin/charges", &whole).await.status, 200);
    }
    let of = |name: &str| made[name].as_str().unwrap().to_owned();
    let event = made["event"]["id"].as_str().unwrap();
    for (kind, path) in [
        ("charge", format!("/v1/charges/{}", of("charge"))),
        ("payment_intent", format!("/v1/payment_intents/{}", of("payment_intent"))),
        ("balance_transaction", format!("/v1/balance_transactions/{}", of("balance_transaction"))),
        ("refund", format!("/v1/refunds/{}", refund["id"].as_str().unwrap())),
        ("event", format!("/v1/events/{event}")),
        ("account", "/v1/account".to_owned()),
        ("balance", "/v1/balance".to_owned()),
        ("customer", "/v1/customers/cus_1".to_owned()),
        ("payout", "/v1/payouts/po_1".to_owned()),
        ("dispute", format!("/v1/disputes/{}", dispute["id"].as_str().unwrap())),
        ("topup", format!("/v1/topups/{}", played[1]["id"].as_str().unwrap())),
        ("payment_method", format!("/v1/payment_methods/{}", played[2]["id"].as_str().unwrap())),
    ] {
        let got = stripe(&sandbox, "GET", &path, "", &[]).await;
        assert_eq!(got.status, 200, "{path}: {}", got.text);
        let mut lacking = Vec::new();
        missing(&samples["resources"][kind], &got.json(), "", &mut lacking);
        assert!(lacking.is_empty(), "{kind} lacks {lacking:?}");
        assert!(samples["resources"][kind].is_object(), "there is no sample of {kind}");
    }
}
