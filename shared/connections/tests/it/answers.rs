//! Answers of Stripe and Magento as they should not be: what the connectors make of them is a value or a fault of some class, never a
//! panic, and not many requests.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use environment::Stage;
use flow::{Call, Connector};
use jiff::{SignedDuration, Timestamp};
use outbound::{Chunks, Live, Loss, Outbound, Pool, Prepared, Received, Transport};
use proptest::prelude::*;
use proptest::sample::Index;
use sandbox::{Sandbox, Seed, Settings};
use secrecy::SecretString;
use serde_json::{Map, Value, json};

/// Requests of one action, whatever is answered.
const REQUESTS_MAX: usize = 20;
/// One action over answers from memory; this is for a machine that is busy.
const ACTION: Duration = Duration::from_secs(10);
const STATUSES: [u16; 14] = [200, 200, 200, 200, 201, 204, 400, 401, 404, 409, 422, 429, 500, 503];

/// What becomes of an answer.
#[derive(Clone, Debug)]
enum Change {
    /// A value somewhere becomes another.
    Replace(Vec<Index>, Value),
    /// A member or an item is taken away.
    Remove(Vec<Index>),
    /// The text breaks off.
    Cut(Index),
    /// Something else altogether.
    Other(Vec<u8>),
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(json!(u64::MAX)),
        "\\PC{0,12}".prop_map(Value::from),
        "(https?:)?//(a@)?evil\\.test(:80)?/[./@\\\\]{0,4}|(\\.\\./){1,3}x|%2e%2e/@evil\\.test"
            .prop_map(Value::from),
        "-?[0-9]{1,30}(\\.[0-9]{0,30})?".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let members = prop::collection::btree_map("[a-z_]{1,8}", inner.clone(), 0..4);
        let object = members.prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>()));
        prop_oneof![prop::collection::vec(inner, 0..4).prop_map(Value::from), object]
    })
}

fn change() -> impl Strategy<Value = Change> {
    let path = || prop::collection::vec(any::<Index>(), 1..6);
    prop_oneof![
        6 => (path(), json_value()).prop_map(|(path, value)| Change::Replace(path, value)),
        4 => path().prop_map(Change::Remove),
        1 => any::<Index>().prop_map(Change::Cut),
        1 => prop::collection::vec(any::<u8>(), 0..60).prop_map(Change::Other),
        1 => json_value().prop_map(|value| Change::Other(value.to_string().into_bytes())),
        1 => Just(Change::Other(b"<!DOCTYPE html><html>maintenance</html>".to_vec())),
        1 => Just(Change::Other("[".repeat(100_000).into_bytes())),
    ]
}

/// The place that a path leads to: each index names one of what is there.
fn place<'a>(value: &'a mut Value, path: &[Index]) -> &'a mut Value {
    let Some((first, rest)) = path.split_first() else { return value };
    let count = value.as_object().map_or_else(|| value.as_array().map_or(0, Vec::len), Map::len);
    if count == 0 {
        return value;
    }
    let n = first.index(count);
    match value {
        Value::Object(members) => place(members.values_mut().nth(n).unwrap(), rest),
        Value::Array(items) => place(&mut items[n], rest),
        _ => value,
    }
}

fn changed(mut value: Value, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        match change {
            Change::Replace(path, other) => *place(&mut value, path) = other.clone(),
            Change::Remove(path) => {
                let (last, before) = path.split_last().unwrap();
                match place(&mut value, before) {
                    Value::Object(members) if !members.is_empty() => {
                        let name = members.keys().nth(last.index(members.len())).unwrap().clone();
                        members.remove(&name);
                    }
                    Value::Array(items) if !items.is_empty() => drop(items.remove(last.index(items.len()))),
                    _ => {}
                }
            }
            Change::Cut(at) => {
                let text = value.to_string().into_bytes();
                return text[..at.index(text.len())].to_vec();
            }
            Change::Other(bytes) => return bytes.clone(),
        }
    }
    value.to_string().into_bytes()
}

/// Answers every request with the real answer, changed.
struct Odd {
    order: Value,
    charge: Value,
    event: Value,
    status: u16,
    changes: Vec<Change>,
    asked: Mutex<usize>,
}

struct Body(Option<Vec<u8>>);

#[async_trait]
impl Chunks for Body {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Loss> {
        Ok(self.0.take())
    }
}

#[async_trait]
impl Transport for Odd {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    async fn send(&self, prepared: Prepared) -> Result<Received, Loss> {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        // Whatever an answer says: a request goes to where the settings say, and nowhere else.
        assert_eq!((prepared.url.scheme(), prepared.url.authority()), ("https", "system.test"));
        let path = prepared.url.path();
        let one = |object: &Value| json!({ "object": "list", "data": [object], "has_more": false });
        let answer = if path.ends_with("/orders") {
            json!({ "items": [self.order], "search_criteria": {}, "total_count": 1 })
        } else if path.contains("/orders/") {
            self.order.clone()
        } else if path.ends_with("/events") {
            one(&self.event)
        } else {
            self.charge.clone()
        };
        let headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("retry-after".to_owned(), "99999999999999999999".to_owned()),
        ];
        let body = Box::new(Body(Some(changed(answer, &self.changes))));
        Ok(Received { status: self.status, headers, body })
    }
}

fn outbound(system: &'static str, pool: &Pool) -> Outbound {
    let settings = outbound::Settings {
        system,
        base_url: "https://system.test".parse().unwrap(),
        timeout: SignedDuration::from_secs(5),
        body_bytes_max: 4 * 1024 * 1024,
    };
    Outbound::new(settings, pool)
}

fn connectors(odd: Arc<Odd>) -> [Box<dyn Connector>; 2] {
    let pool = Pool::over(odd);
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/environments/local.yaml");
    let stage = Stage::parse("local", &std::fs::read_to_string(file).unwrap()).unwrap();
    let (pair, settings) = stage.pairs.first_key_value().unwrap();
    let own = stripe::Settings {
        pair: pair.clone(),
        account: settings.stripe.account.clone(),
        api_version: settings.stripe.api_version.clone(),
        livemode: false,
        order_keys: Vec::new(),
        timeout: SignedDuration::from_secs(5),
    };
    let key = SecretString::from("rk_test_1");
    let stripe = stripe::Client::new(outbound("stripe", &pool), own, &key, None).unwrap();
    let own = magento::Settings {
        magento: settings.magento.clone(),
        account: settings.stripe.account.clone(),
        order_owner: settings.order_owner,
        shares_account: false,
    };
    let credentials = Live::new(magento::Credentials::Bearer(SecretString::from("token")), None);
    let magento = magento::Client::new(outbound("magento", &pool), own, credentials);
    [Box::new(stripe::connector(stripe).unwrap()), Box::new(magento::connector(magento).unwrap())]
}

/// Actions that read, each with an input that it takes.
fn reads(charge: &Value, order: &Value) -> Vec<(usize, &'static str, Value)> {
    let money = json!({ "minor": "9890", "currency": "USD" });
    let payment = json!({
        "charge": "ch_1", "intent": "pi_1", "status": "succeeded", "captured": true, "amount": money,
        "amount_captured": money, "amount_refunded": { "minor": "0", "currency": "USD" },
        "created": "2026-03-02T09:15:00Z", "method": "card", "brand": "visa", "last4": "4242",
        "orders": [{ "found_in": "magentoorderid", "number": order["increment_id"] }], "livemode": false
    });
    vec![
        (0, "stripe.payment.read", json!({ "charge": charge["id"] })),
        (
            0,
            "stripe.event.list",
            json!({ "types": ["charge.succeeded"], "from": 0, "until": 1, "limit": 100 }),
        ),
        (0, "stripe.account.read", json!({})),
        (1, "magento.order.read", json!({ "payment": payment })),
        (
            1,
            "magento.order.list",
            json!({ "states": ["new"], "from": "2026-03-02T09:15:00Z", "until": "2026-03-03T09:15:00Z" }),
        ),
        (1, "magento.store.read", json!({})),
    ]
}

/// Whether every read of these answers ends in a value or a fault, in time.
fn check(runtime: &tokio::runtime::Runtime, real: &(Value, Value), status: u16, changes: &[Change]) -> usize {
    let (event, order) = real;
    let charge = event["data"]["object"].clone();
    let odd = |asked| Odd {
        order: order.clone(),
        charge: charge.clone(),
        event: event.clone(),
        status,
        changes: changes.to_vec(),
        asked: Mutex::new(asked),
    };
    let call = Call {
        pair: "main".parse().unwrap(),
        deadline: Timestamp::UNIX_EPOCH + SignedDuration::from_mins(5),
        generation: 0,
        trace_id: "trace".to_owned(),
    };
    let mut understood = 0;
    for (system, action, input) in reads(&charge, order) {
        let odd = Arc::new(odd(0));
        let connector = &connectors(odd.clone())[system];
        let begin = Instant::now();
        match runtime.block_on(connector.run(&action.parse().unwrap(), &call, input)) {
            Ok(_) => understood += 1,
            Err(fault) => assert!(!fault.code.is_empty() && !fault.message.is_empty(), "{action}: {fault:?}"),
        }
        assert!(begin.elapsed() < ACTION, "{action} took {:?}", begin.elapsed());
        let asked = *odd.asked.lock().unwrap();
        assert!((1..=REQUESTS_MAX).contains(&asked), "{action} asked {asked} times");
    }
    understood
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// An event with its charge, and the order that it is for.
fn real() -> (Value, Value) {
    let seeded = Sandbox::new(Settings::default()).seed(&Seed::default()).unwrap();
    (seeded.event, seeded.order)
}

#[test]
fn answers_as_they_should_be_are_understood() {
    assert!(check(&runtime(), &real(), 200, &[]) >= 4);
}

#[test]
fn answers_as_they_should_not_be_are_faults_and_no_panics() {
    let (runtime, real) = (runtime(), real());
    let config = ProptestConfig { failure_persistence: None, cases: 300, ..ProptestConfig::default() };
    proptest!(config, |(status in prop::sample::select(&STATUSES[..]), changes in prop::collection::vec(change(), 1..6))| {
        check(&runtime, &real, status, &changes);
    });
}
