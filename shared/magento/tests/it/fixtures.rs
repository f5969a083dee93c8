//! Magento payloads of the shared folder, where it is. It lies beside the project, not in it.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// Every order that a shop answered with, wherever it stands in a file: name and where, and the order.
pub(crate) fn orders() -> Vec<(String, Value)> {
    let mut orders = Vec::new();
    for (name, json) in files() {
        let answer = json.pointer("/response/body").unwrap_or(&json);
        collect(&name, answer, &mut orders);
    }
    assert!(orders.is_empty() || orders.len() > 40, "only {} orders were found", orders.len());
    orders
}

fn collect(at: &str, value: &Value, orders: &mut Vec<(String, Value)>) {
    let is_order =
        value["state"].is_string() && value["items"].is_array() && value.get("increment_id").is_some();
    match value {
        Value::Object(_) if is_order => orders.push((at.to_owned(), value.clone())),
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| collect(&format!("{at}/{name}"), value, orders));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, value)| collect(&format!("{at}/{n}"), value, orders));
        }
        _ => {}
    }
}

/// Every refusal: name, method, status, body. Files that hold a body alone say their status in their name.
pub(crate) fn refusals() -> Vec<(String, String, u16, Value)> {
    let mut refusals = Vec::new();
    for (name, json) in files() {
        let of_name = name
            .split('-')
            .find_map(|part| part.parse::<u16>().ok())
            .filter(|_| name.starts_with("error-") || name.starts_with("constructed-error-"));
        let recorded = json.pointer("/response/status").and_then(Value::as_u64);
        let recorded = recorded.map(|status| u16::try_from(status).unwrap()).filter(|status| *status >= 400);
        let body = json.pointer("/response/body").unwrap_or(&json).clone();
        if let Some(status) = recorded.or(of_name) {
            let method = json.pointer("/request/method").and_then(Value::as_str).unwrap_or("POST");
            refusals.push((name, method.to_owned(), status, body));
        }
    }
    refusals
}

/// All files, by name. Empty, and said so, where the folder is not there.
fn files() -> Vec<(String, Value)> {
    let folder = folder();
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
        return Vec::new();
    }
    let mut files = Vec::new();
    for folder in [folder.clone(), folder.join("recorded")] {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.extension().is_some_and(|extension| extension == "json") {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                files.push((name, serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap()));
            }
        }
    }
    files.sort_by(|one, other| one.0.cmp(&other.0));
    files
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures/magento")
}
