//! Documents as people write them: every kind of mistake is told, with file, line, step and remedy.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use expect_test::expect_file;
use flow::document::{Source, load, schema};
use flow::plan::{Decision, OnError, OnNotFound, Plan, StepKind};
use flow::{Action, ActionSpec, Class, Fault};
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Read {
    number: String,
    depth: Option<u8>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Put {
    parcel: Parcel,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Parcel {
    weight: u32,
    size: Size,
    to: Option<Address>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Size {
    Small,
    Large,
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct Address {
    city: String,
}

#[derive(Serialize, JsonSchema)]
struct Answer {
    id: u64,
    total: f64,
    paid: bool,
    lines: Vec<Line>,
    address: Option<Address>,
    notes: std::collections::BTreeMap<String, String>,
}

#[derive(Serialize, JsonSchema)]
struct Line {
    price: f64,
}

fn specs() -> Vec<ActionSpec> {
    let timeout = SignedDuration::from_secs(1);
    let read = Action::read("shop.order.read", timeout, |(), _: Read| async {
        Err::<Answer, _>(Fault::new(Class::NotFound, "nothing", ""))
    });
    let put = Action::read("shop.parcel.put", timeout, |(), _: Put| async {
        Err::<Answer, _>(Fault::new(Class::NotFound, "nothing", ""))
    });
    vec![read.unwrap().spec().clone(), put.unwrap().spec().clone()]
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/document")
}

fn folder(path: &Path) -> Source {
    let text = |path: &Path| fs::read_to_string(path).unwrap();
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let files = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    let mappings = files.filter(|file| file.extension().is_some_and(|extension| extension == "jsonata"));
    let mappings: BTreeMap<_, _> = mappings.map(|file| (name(&file), text(&file))).collect();
    Source { folder: name(path), yaml: text(&path.join("flow.yaml")), mappings }
}

fn plan(steps: &str) -> Plan {
    let head = "flow: test\ndescription: A test.\ntriggers: [{ source: shop, event: paid, entity: [/id] }]\nsteps:\n";
    let source = Source { folder: "test".into(), yaml: format!("{head}{steps}"), mappings: BTreeMap::new() };
    load(&source, &specs()).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

#[test]
fn each_mistake_is_told() {
    let mut cases: Vec<PathBuf> =
        fs::read_dir(here().join("mistakes")).unwrap().map(|e| e.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() > 20);
    for case in cases {
        let mistakes = load(&folder(&case), &specs()).map(|plan| plan.flow).unwrap_err();
        expect_file![case.join("expected.txt")].assert_eq(&format!("{mistakes}\n"));
    }
}

#[test]
fn the_schema_is_that_of_the_types() {
    let schema = serde_json::to_string_pretty(&schema()).unwrap();
    expect_file!["../../../flow.schema.json"].assert_eq(&format!("{schema}\n"));
}

#[test]
fn a_document_is_known_by_all_its_texts() {
    let source = |yaml: &str, file: &str, text: &str| Source {
        folder: "a".into(),
        yaml: yaml.into(),
        mappings: [(file.to_owned(), text.to_owned())].into(),
    };
    let base = source("x", "m", "y").hash();
    assert_eq!(base, source("x", "m", "y").hash());
    assert_eq!(base.as_str().len(), 64);
    for other in [source("z", "m", "y"), source("x", "n", "y"), source("x", "m", "z"), source("xm", "", "y")]
    {
        assert_ne!(base, other.hash());
    }
}

#[test]
fn a_stored_document_loads_to_the_same_plan() {
    let plan = plan("  - { id: a, set: \"{% $event.x %}\" }\n");
    let stored: Source = serde_json::from_str(&serde_json::to_string(&plan.document).unwrap()).unwrap();
    assert_eq!(load(&stored, &specs()).unwrap().hash, plan.hash);
}

#[test]
fn a_fault_is_answered_by_code_then_by_class() {
    let plan = plan(concat!(
        "  - id: order\n    use: shop.order.read\n    with: { number: x }\n",
        "    on_error: { conflict: retry, sold_out: skip }\n",
        "    not_found: { retry_for: 2h, then: { unrelated: \"{% $event.rule %}\" } }\n",
    ));
    let StepKind::Use(uses) = &plan.steps[0].kind else { panic!("not a use") };
    let fault = |class, code: &str| Fault::new(class, code, "");
    let always = |class, code| match uses.on_error(&fault(class, code)) {
        Some(OnError::Always(decision)) => Some(*decision),
        _ => None,
    };
    assert_eq!(always(Class::Conflict, "sold_out"), Some(Decision::Skip));
    assert_eq!(always(Class::Conflict, "locked"), Some(Decision::Retry));
    assert_eq!(always(Class::Validation, "locked"), None);

    let scope = flow::expression::Scope::new(serde_json::json!({"rule": "skip"}), serde_json::Value::Null);
    let after = |code| match uses.on_not_found(&fault(Class::NotFound, code)) {
        Some(OnNotFound::RetryFor { duration, then }) => (duration.as_hours(), then.decide(&scope).unwrap()),
        other => panic!("{other:?}"),
    };
    assert_eq!(after("order_not_found"), (2, Decision::Park));
    assert_eq!(after("unrelated"), (2, Decision::Skip));
    assert!(uses.on_not_found(&fault(Class::Validation, "unrelated")).is_none());
}

#[test]
fn steps_are_found_wherever_they_stand() {
    let plan = plan(concat!(
        "  - id: repeat\n    for_each: \"{% $event.lines %}\"\n    as: line\n    do:\n",
        "      - { id: inner, set: \"{% $line.x %}\" }\n",
        "  - id: choice\n    choose:\n      - when: \"{% $event.a %}\"\n        do: [{ id: one, set: 1 }]\n",
        "      - do: [{ id: two, emit: thing.done, entity: \"{% 'thing:' & $event.id %}\" }]\n",
    ));
    let ids: Vec<&str> = plan.all_steps().iter().map(|step| step.id.as_str()).collect();
    assert_eq!(ids, ["repeat", "inner", "choice", "one", "two"]);
    assert_eq!(plan.step(&"inner".parse().unwrap()).map(|step| step.line), Some(9));
}
