//! Recorded histories, played against a shop of their own: each step's answer, and all that is there after it.
//!
//! A file holds `{"scenarios": [{"name", "order", "steps": [{"what", "request", "answer", "after"}]}]}`. What a record
//! lacks, the shop did not show: a column that any record of the file has is compared in all of them. Only ids that the
//! database gives out, and times, are left aside.

mod differ;
mod shape;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::{Context as _, bail};
use axum::http::Method;
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::shop::Kind;
use super::{Magento, MagentoSettings, Switches, order};
use differ::differences;
use shape::Shape;

/// How a file went.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Histories that were played.
    pub(crate) histories: usize,
    /// Steps that went as recorded.
    pub(crate) passed: usize,
    /// Steps that did not: history, step, what differs.
    pub(crate) failed: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failed {
            writeln!(f, "{failure}")?;
        }
        let (histories, failed) = (self.histories, self.failed.len());
        write!(f, "{histories} histories: {} steps as recorded, {failed} not", self.passed)
    }
}

/// Plays a file.
///
/// # Errors
/// It cannot be read, or is no file of histories.
pub(crate) fn run_file(file: &Path) -> anyhow::Result<Report> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let file: Value = serde_json::from_str(&text)?;
    let Some(histories) = file["scenarios"].as_array() else { bail!("it holds no `scenarios`") };
    let mut report = Report::default();
    let shapes = shapes(histories);
    for history in histories {
        if !history["order"].is_object() || !history["steps"].is_array() {
            bail!("a history needs an `order` and `steps`: {}", history["name"]);
        }
        report.histories += 1;
        play(history, &shapes, &mut report);
    }
    Ok(report)
}

/// What is recorded of each kind of thing, over the whole file.
fn shapes(histories: &[Value]) -> BTreeMap<String, Shape> {
    let mut shapes: BTreeMap<String, Shape> = BTreeMap::new();
    let steps = histories.iter().flat_map(|history| history["steps"].as_array().into_iter().flatten());
    for (kind, recorded) in steps.flat_map(|step| step["after"].as_object().into_iter().flatten()) {
        shapes.entry(kind.clone()).or_default().learn(recorded);
    }
    shapes
}

fn play(history: &Value, shapes: &BTreeMap<String, Shape>, report: &mut Report) {
    // The recorded shop had no way to send mail.
    let switches = Switches { mail_works: false, ..Switches::default() };
    let settings = MagentoSettings { switches, ..MagentoSettings::default() };
    let shop = Magento::new(settings, String::new());
    let id = shop.put_order(history["order"].clone());
    for (number, step) in history["steps"].as_array().into_iter().flatten().enumerate() {
        let answer = ask(&shop, step);
        let mut found = compare_answer(&step["answer"], &answer);
        for (kind, shape) in shapes {
            let recorded = shape.of(&step["after"][kind]);
            differences(kind, &recorded, &shape.of(&shop.look(id, kind)), &mut found);
        }
        if found.is_empty() {
            report.passed += 1;
        } else {
            let (name, what) = (text(&history["name"]), text(&step["what"]));
            report.failed.push(format!("{name}, step {}, {what}: {}", number + 1, found.join("; ")));
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}

/// Sends a step's request. A document gets the id that it had, so that later steps may name it.
fn ask(shop: &Magento, step: &Value) -> Result<Value, Refusal> {
    let request = &step["request"];
    let path = text(&request["path"]);
    let made = &step["answer"]["body"];
    let kind = match path.trim_end_matches('/').rsplit('/').next() {
        Some("invoice") => Some(Kind::Invoice),
        Some("ship") => Some(Kind::Shipment),
        Some("refund") => Some(Kind::Creditmemo),
        _ => None,
    };
    let id = made.as_u64().or_else(|| made.as_str()?.parse().ok());
    if let (Some(kind), Some(id)) = (kind, id) {
        shop.lock().ids.give_next(kind, id);
    }
    let method = Method::from_bytes(text(&request["method"]).as_bytes()).unwrap_or(Method::POST);
    let query: Vec<(String, String)> = serde_json::from_value(request["query"].clone()).unwrap_or_default();
    shop.carry_out(&method, path, &query, &request["body"])
}

fn compare_answer(recorded: &Value, answer: &Result<Value, Refusal>) -> Vec<String> {
    let mut found = Vec::new();
    let (status, body) = match answer {
        Ok(body) => (200, body.clone()),
        Err(refusal) => (refusal.status, refusal.body()),
    };
    differences("status", &recorded["status"], &json!(status), &mut found);
    let mut shape = Shape::default();
    shape.learn(&recorded["body"]);
    differences("answer", &shape.of(&recorded["body"]), &shape.of(&body), &mut found);
    found
}

impl Magento {
    /// What is recorded under that name, as it is here.
    fn look(&self, id: u64, kind: &str) -> Value {
        let shop = self.lock();
        let documents = |kind: Kind| shop.documents_of(kind, id).cloned().collect();
        let shown = || shop.orders.get(&id).map(order::shown).unwrap_or_default();
        match kind {
            "order" => shown(),
            "items" => shown()["items"].take(),
            "history" => shown()["status_histories"].take(),
            "invoices" => documents(Kind::Invoice),
            "shipments" => documents(Kind::Shipment),
            "creditmemos" => documents(Kind::Creditmemo),
            _ => Value::Null,
        }
    }
}
