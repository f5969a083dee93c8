//! Golden cases: `golden/<case>/{event,world,expected}.json` of every flow. `UPDATE_EXPECT=1` rewrites `expected.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use environment::Stage;
use expect_test::expect_file;
use flow::engine::{Connected, Engine, Outcome, Settings};
use flow::memory::{MemoryClock, MemoryQueue, MemoryStore};
use flow::{Clock, Connector, Delivery, Ports};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::systems::{Scripted, read, specs};

/// Deliveries until a case must have ended: 30 minutes of waiting take fewer than that.
const DELIVERIES_MAX: u32 = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct World {
    /// Settings that differ from those of the local stage.
    connection: BTreeMap<String, Value>,
    /// What each action answers.
    answers: BTreeMap<String, Value>,
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    folders
}

/// The shipped flows, and those that only tests have: a folder is all that either needs.
fn flow_folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = folders(root);
    all.extend(folders(&root.join("tests/flows")));
    all.retain(|folder| folder.join("flow.yaml").is_file());
    all
}

pub(crate) fn connection(changes: BTreeMap<String, Value>) -> Value {
    let yaml = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/environments/local.yaml");
    let stage = Stage::parse("local", &fs::read_to_string(yaml).unwrap()).unwrap();
    let pair = stage.pairs.values().next().unwrap();
    let mut connection = serde_json::to_value(pair).unwrap();
    connection.as_object_mut().unwrap().extend(changes);
    connection
}

fn delivery(event: &Value, body: String) -> Delivery {
    Delivery {
        pair: "main".parse().unwrap(),
        source: "stripe".into(),
        event: event["id"].as_str().unwrap().parse().unwrap(),
        event_type: event["type"].as_str().unwrap().into(),
        entity: "payment_intent:pi_3Q".into(),
        received_at: "2026-03-02T09:14:07Z".parse().unwrap(),
        trace_id: "trace".into(),
        replay: None,
        park: None,
        receive_count: 0,
        body,
    }
}

async fn run(flow: &Path, case: &Path) -> Value {
    let text = |file: &str| fs::read_to_string(case.join(file)).unwrap();
    let world: World = serde_json::from_str(&text("world.json")).unwrap();
    let event: Value = serde_json::from_str(&text("event.json")).unwrap();
    let plan = flow::document::load(&read(flow), &specs()).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let systems = Arc::new(Scripted::new(world.answers));
    let connected = Connected {
        connection: connection(world.connection),
        connectors: vec![Arc::clone(&systems) as Arc<dyn Connector>],
        secret_versions: BTreeMap::new(),
    };
    let clock = Arc::new(MemoryClock::new("2026-03-02T09:14:07Z".parse().unwrap(), 7));
    let store = Arc::new(MemoryStore::default());
    let ports = Ports { store, queue: Arc::new(MemoryQueue::default()), clock: Arc::clone(&clock) as _ };
    let settings = Settings { lease: SignedDuration::from_secs(130) };
    let engine = Engine::new(ports, Arc::new(plan), Vec::new(), settings);

    let mut delivery = delivery(&event, text("event.json"));
    for receive_count in 1..=DELIVERIES_MAX {
        delivery.receive_count = receive_count;
        let deadline = clock.now() + SignedDuration::from_secs(120);
        let report = engine.deliver(Ok(&connected), &delivery, deadline).await;
        let (outcome, reason) = match report.outcome {
            Outcome::RetryAfter(after) => {
                clock.advance(after);
                continue;
            }
            Outcome::Done => ("done", None),
            Outcome::Skipped(reason) => ("skipped", Some(reason)),
            Outcome::Parked(reason) => ("parked", Some(reason)),
        };
        let message = report.fault.map(|fault| fault.message);
        return json!({ "outcome": outcome, "reason": reason, "message": message, "calls": systems.calls() });
    }
    panic!("{} never ends", case.display());
}

#[tokio::test]
async fn every_case_calls_exactly_what_it_says() {
    let mut cases = 0;
    for flow in flow_folders() {
        for case in folders(&flow.join("golden")) {
            let outcome = serde_json::to_string_pretty(&run(&flow, &case).await).unwrap();
            expect_file![case.join("expected.json")].assert_eq(&format!("{outcome}\n"));
            cases += 1;
        }
    }
    assert!(cases > 30, "only {cases} golden cases were found");
}
