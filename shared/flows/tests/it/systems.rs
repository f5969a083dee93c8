//! Scripted systems: the actions that flows use, with canned answers, and a record of every call.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use async_trait::async_trait;
use canonical::NaturalKey;
use flow::document::Source;
use flow::{ActionName, ActionSpec, Call, Connector, Fault};
use serde_json::{Value, json};

use crate::actions;

/// The folder of a flow, as it lies on disk.
pub(crate) fn read(folder: &Path) -> Source {
    let text = |path: &Path| fs::read_to_string(path).unwrap();
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mappings: BTreeMap<_, _> = files
        .filter(|file| file.extension().is_some_and(|extension| extension == "jsonata"))
        .map(|file| (name(&file), text(&file)))
        .collect();
    Source { folder: name(folder), yaml: text(&folder.join("flow.yaml")), mappings }
}

/// What the systems offer.
pub(crate) fn specs() -> Vec<ActionSpec> {
    actions::all().into_iter().map(|entry| entry.spec).collect()
}

/// Whether an input is what the action takes, and its documents add up.
fn check(action: &ActionName, input: Value) -> Result<(), String> {
    match actions::all().into_iter().find(|entry| entry.spec.name == *action) {
        Some(entry) => (entry.check)(input),
        None => Err(format!("no answer to {action}")),
    }
}

/// All systems in one, answering as `world.json` says: a value, a list of values (the last repeats), or a fault.
pub(crate) struct Scripted {
    answers: BTreeMap<String, Value>,
    calls: Mutex<Vec<(String, Value)>>,
}

impl Scripted {
    pub(crate) fn new(answers: BTreeMap<String, Value>) -> Self {
        Self { answers, calls: Mutex::default() }
    }

    /// What was called, in order; a call that repeats the one before is counted.
    pub(crate) fn calls(&self) -> Vec<Value> {
        let mut shown: Vec<(Value, usize)> = Vec::new();
        let mut pending: Vec<(String, Value)> = self.calls.lock().unwrap().clone();
        for (action, input) in pending.drain(..) {
            let call = json!({ "action": action, "with": input });
            match shown.iter_mut().find(|(seen, _)| *seen == call) {
                Some((_, times)) => *times += 1,
                None => shown.push((call, 1)),
            }
        }
        let counted = |(mut call, times): (Value, usize)| {
            if times > 1 {
                call["times"] = json!(times);
            }
            call
        };
        shown.into_iter().map(counted).collect()
    }
}

#[async_trait]
impl Connector for Scripted {
    fn specs(&self) -> Vec<ActionSpec> {
        specs()
    }

    fn natural_key(&self, action: &ActionName, input: &Value) -> Result<NaturalKey, Fault> {
        let names = [
            "/document/key",
            "/transaction",
            "/refund/refund",
            "/key",
            "/order/id",
            "/order",
            "/intent",
            "/payout",
            "/day",
            "/dispute",
        ];
        let id = names.into_iter().find_map(|pointer| match input.pointer(pointer)? {
            Value::String(id) => Some(id.clone()),
            Value::Number(id) => Some(id.to_string()),
            _ => None,
        });
        let id = id.unwrap_or_else(|| panic!("{action} names no thing: {input}"));
        Ok(format!("{action}:{id}").parse().unwrap())
    }

    async fn find(&self, _: &ActionName, _: &Call, _: Value) -> Result<Option<Value>, Fault> {
        Ok(None)
    }

    async fn run(&self, action: &ActionName, _: &Call, input: Value) -> Result<Value, Fault> {
        if let Err(why) = check(action, input.clone()) {
            panic!("{action}: {why}\n{input:#}");
        }
        let mut calls = self.calls.lock().unwrap();
        let before = calls.iter().filter(|(name, _)| name == action.as_str()).count();
        calls.push((action.to_string(), input));
        let answer =
            self.answers.get(action.as_str()).unwrap_or_else(|| panic!("world.json has no {action}"));
        let answer = match answer.as_array() {
            Some(answers) => answers.get(before).or(answers.last()).expect("an answer"),
            None => answer,
        };
        match answer.get("fault") {
            Some(fault) => Err(serde_json::from_value(fault.clone()).expect("a fault")),
            None => Ok(answer.clone()),
        }
    }
}
