//! `stripe.payment.tag`: writes what is missing, keeps what others wrote, does nothing twice.

use std::sync::{Arc, Mutex};

use canonical::NaturalKey;
use flow::Class;
use serde_json::{Map, Value, json};
use wiremock::matchers::{method, path_regex};
use wiremock::{Mock, Request, ResponseTemplate};

use crate::world::{World, charge, name};

const TAG: &str = "stripe.payment.tag";

/// A payment intent that merges metadata as Stripe does, and replays answers by idempotency key.
#[derive(Clone, Default)]
struct Intent(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    metadata: Map<String, Value>,
    answers: Vec<(String, Value)>,
}

impl Intent {
    fn with(metadata: &Value) -> Self {
        let intent = Self::default();
        intent.0.lock().unwrap().metadata = metadata.as_object().unwrap().clone();
        intent
    }

    fn metadata(&self) -> Value {
        Value::Object(self.0.lock().unwrap().metadata.clone())
    }

    fn answer(&self, request: &Request) -> ResponseTemplate {
        let mut state = self.0.lock().unwrap();
        let object =
            |state: &State| json!({"id": "pi_1", "object": "payment_intent", "metadata": state.metadata});
        if request.method.as_str() == "GET" {
            return ResponseTemplate::new(200).set_body_json(object(&state));
        }
        let key = request.headers.get("idempotency-key").unwrap().to_str().unwrap().to_owned();
        if let Some((_, stored)) = state.answers.iter().find(|(known, _)| *known == key) {
            return ResponseTemplate::new(200)
                .insert_header("idempotent-replayed", "true")
                .set_body_json(stored);
        }
        for (name, value) in url::form_urlencoded::parse(&request.body) {
            let name =
                name.strip_prefix("metadata[").and_then(|rest| rest.strip_suffix(']')).unwrap().to_owned();
            assert!(name.len() <= 40 && value.len() <= 500);
            state.metadata.insert(name, Value::from(value.into_owned()));
        }
        let answer = object(&state);
        state.answers.push((key, answer.clone()));
        ResponseTemplate::new(200).set_body_json(answer)
    }
}

async fn world(intent: &Intent) -> World {
    let world = World::new().await;
    let intent = intent.clone();
    Mock::given(path_regex("^/stripe/v1/(payment_intents/pi_1|charges/ch_1)$"))
        .respond_with(move |request: &Request| intent.answer(request))
        .mount(&world.server)
        .await;
    world
}

async fn input() -> Value {
    // The payment as the read action gives it, so that the two fit each other.
    let world = World::new().await;
    let answer = ResponseTemplate::new(200).set_body_json(charge());
    Mock::given(method("GET")).respond_with(answer).mount(&world.server).await;
    let payment = world.run("stripe.payment.read", json!({"charge": "ch_1"})).await.unwrap();
    json!({"payment": payment, "order": {"id": 7, "number": "000000042", "store": 1}})
}

fn tags() -> Value {
    json!({"magentoorderid": "000000042", "tb_pair": "main", "tb_order": "000000042", "tb_order_id": "7", "tb_store": "1", "tb_kind": "order"})
}

#[tokio::test]
async fn missing_keys_are_written_once() {
    let intent = Intent::with(&json!({"Order #": "000000042", "tb_store": "1"}));
    let world = world(&intent).await;
    assert_eq!(world.find(TAG, input().await).await.unwrap(), None);
    let output = world.run(TAG, input().await).await.unwrap();
    assert_eq!(
        output,
        json!({"written": ["magentoorderid", "tb_pair", "tb_order", "tb_order_id", "tb_kind"], "kept": []})
    );
    let mut expected = tags();
    expected["Order #"] = json!("000000042");
    assert_eq!(intent.metadata(), expected);
    let again = world.run(TAG, input().await).await.unwrap();
    assert_eq!(again, json!({"written": [], "kept": []}));
    assert_eq!(world.find(TAG, input().await).await.unwrap(), Some(again));
    let posts = world.requests().await.into_iter().filter(|request| request.starts_with("POST"));
    assert_eq!(posts.collect::<Vec<_>>(), ["POST /stripe/v1/payment_intents/pi_1"]);
}

#[tokio::test]
async fn the_same_bytes_go_with_the_same_key_and_the_generation_is_in_it() {
    let mut seen = Vec::new();
    for generation in [0, 0, 3] {
        let mut world = world(&Intent::default()).await;
        world.generation = generation;
        world.run(TAG, input().await).await.unwrap();
        let requests = world.server.received_requests().await.unwrap();
        let post = requests.iter().find(|request| request.method.as_str() == "POST").unwrap();
        let key = post.headers.get("idempotency-key").unwrap().to_str().unwrap().to_owned();
        assert_eq!(post.headers.get("content-type").unwrap(), "application/x-www-form-urlencoded");
        seen.push((key, String::from_utf8(post.body.clone()).unwrap()));
    }
    assert_eq!(seen[0], seen[1]);
    let (key, digest) = seen[0].0.strip_suffix("-0").unwrap().rsplit_once(':').unwrap();
    assert_eq!((key, digest.len()), ("tb-main-stripe.payment.tag-tb:acct_1Test:payment_tag:pi_1", 8));
    assert_eq!(seen[2].0, format!("{key}:{digest}-3"));
    assert!(seen[0].1.starts_with("metadata%5Bmagentoorderid%5D=000000042&"));
}

#[tokio::test]
async fn other_bytes_go_with_another_key() {
    let mut keys = std::collections::BTreeSet::new();
    for there in [json!({}), json!({"magentoorderid": "000000042"}), json!({"tb_kind": "order"})] {
        let world = world(&Intent::with(&there)).await;
        world.run(TAG, input().await).await.unwrap();
        let requests = world.server.received_requests().await.unwrap();
        let post = requests.iter().find(|request| request.method.as_str() == "POST").unwrap();
        keys.insert(post.headers.get("idempotency-key").unwrap().to_str().unwrap().to_owned());
    }
    assert_eq!(keys.len(), 3, "Stripe refuses a key that comes back with other bytes: {keys:?}");
}

#[tokio::test]
async fn keys_of_others_are_kept_and_reported() {
    let intent = Intent::with(&json!({"magentoorderid": "B-1", "tb_pair": "main"}));
    let world = world(&intent).await;
    let output = world.run(TAG, input().await).await.unwrap();
    assert_eq!(
        output,
        json!({"written": ["tb_order", "tb_order_id", "tb_store", "tb_kind"], "kept": ["magentoorderid"]})
    );
    assert_eq!(intent.metadata()["magentoorderid"], "B-1");
    assert_eq!(
        world.find(TAG, input().await).await.unwrap(),
        Some(json!({"written": [], "kept": ["magentoorderid"]}))
    );
}

#[tokio::test]
async fn a_charge_without_intent_is_tagged_itself() {
    let world = world(&Intent::default()).await;
    let mut input = input().await;
    input["payment"].as_object_mut().unwrap().remove("intent");
    world.run(TAG, input.clone()).await.unwrap();
    assert_eq!(world.requests().await, ["GET /stripe/v1/charges/ch_1", "POST /stripe/v1/charges/ch_1"]);
    let key = world.connector.natural_key(&name(TAG), &input).unwrap();
    assert_eq!(key, "tb:acct_1Test:payment_tag:ch_1".parse::<NaturalKey>().unwrap());
}

#[tokio::test]
async fn room_for_fifty_keys_is_not_exceeded() {
    let others = |count: usize| (0..count).map(|n| (format!("k{n}"), json!("v"))).collect::<Map<_, _>>();
    let fits = world(&Intent::with(&Value::Object(others(44)))).await;
    assert!(fits.run(TAG, input().await).await.is_ok());
    let full = world(&Intent::with(&Value::Object(others(45)))).await;
    let fault = full.run(TAG, input().await).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "metadata_full"));
    assert!(full.requests().await.iter().all(|request| request.starts_with("GET")));
}

#[tokio::test]
async fn a_replayed_answer_is_not_believed_where_the_object_has_changed() {
    let intent = Intent::default();
    let mut world = world(&intent).await;
    world.run(TAG, input().await).await.unwrap();
    intent.0.lock().unwrap().metadata.clear();
    let fault = world.run(TAG, input().await).await.unwrap_err();
    assert_eq!((fault.class, fault.answer_is_stored), (Class::UnknownOutcome, true));
    world.generation = 1;
    let output = world.run(TAG, input().await).await.unwrap();
    assert_eq!(output["written"].as_array().unwrap().len(), 6);
    assert_eq!(intent.metadata(), tags());
}
