//! Recorded histories, played against a shop of their own: each step's answer, and the order after it.

use std::fmt;
use std::path::Path;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::shop::Shop;
use super::{MagentoSettings, invoice, refusal::Refusal, ship, status};

/// How a file went.
#[derive(Debug, Default)]
pub struct Report {
    /// Steps that went as recorded.
    pub passed: usize,
    /// Steps that did not: history, step, what differs.
    pub failed: Vec<String>,
    /// Steps of kinds that the double does not have, and all that follow them in their history.
    pub left_out: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failed {
            writeln!(f, "{failure}")?;
        }
        write!(
            f,
            "{} steps as recorded, {} not, {} left out (refunds)",
            self.passed,
            self.failed.len(),
            self.left_out
        )
    }
}

/// Plays a file.
///
/// # Errors
/// It cannot be read, or is no file of histories.
pub fn run_file(file: &Path) -> anyhow::Result<Report> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let file: Value = serde_json::from_str(&text)?;
    let Some(histories) = file["scenarios"].as_array() else { bail!("it holds no `scenarios`") };
    let mut report = Report::default();
    for history in histories {
        play(history, &mut report);
    }
    Ok(report)
}

fn play(history: &Value, report: &mut Report) {
    let mut shop = Shop::default();
    let id = shop.put_order(history["order"].clone());
    let steps = history["steps"].as_array().map_or(&[][..], Vec::as_slice);
    let mut invoices = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        let Some(answer) = act(&mut shop, id, &step["request"], &invoices) else {
            report.left_out += steps.len() - number;
            return;
        };
        let path = step["request"]["path"].as_str().unwrap_or_default();
        if let (true, Ok(Value::String(made))) = (path.ends_with("/invoice"), &answer) {
            invoices.push((step["answer"]["body"].clone(), made.clone()));
        }
        let differences = differences(&shop, id, step, &answer);
        if differences.is_empty() {
            report.passed += 1;
        } else {
            report.failed.push(format!("{}, {}: {}", history["name"], step["what"], differences.join("; ")));
        }
    }
}

/// One request; `None` for kinds that the double does not have. `invoices` maps recorded ids to ours.
fn act(
    shop: &mut Shop,
    id: u64,
    request: &Value,
    invoices: &[(Value, String)],
) -> Option<Result<Value, Refusal>> {
    let path = request["path"].as_str()?.trim_end_matches('/');
    let body = &request["body"];
    let text = |id: u64| json!(id.to_string());
    Some(match path.rsplit('/').next()? {
        "invoice" => invoice::create(shop, id, body).map(text),
        "ship" => ship::create(shop, id, body).map(text),
        "comments" => status::comment(shop, id, body, MagentoSettings::default().strict_comment_status),
        "cancel" => status::cancel(shop, id),
        "hold" => status::hold(shop, id),
        "unhold" => status::unhold(shop, id),
        "invoices" => {
            let mut body = body.clone();
            let recorded = body["entity"]["entity_id"].to_string();
            let ours = invoices.iter().find(|(theirs, _)| theirs.as_str() == Some(recorded.as_str()));
            body["entity"]["entity_id"] = json!(ours.and_then(|(_, ours)| ours.parse::<u64>().ok()));
            invoice::raw_save(shop, &body)
        }
        _ => return None,
    })
}

fn differences(shop: &Shop, id: u64, step: &Value, answer: &Result<Value, Refusal>) -> Vec<String> {
    let mut differences = Vec::new();
    let mut compare = |what: &str, recorded: &Value, ours: &Value| {
        if recorded != ours {
            differences.push(format!("{what} was {recorded}, here {ours}"));
        }
    };
    let (status, body) = match answer {
        Ok(value) => (200, value.clone()),
        Err(refusal) => (refusal.status, refusal.body()),
    };
    compare("status", &step["answer"]["status"], &json!(status));
    // Ids and saved documents hold ids and times of their own.
    if status != 200 || body.is_boolean() {
        compare("answer", &step["answer"]["body"], &body);
    }
    let Some(order) = shop.orders.get(&id) else { return differences };
    for (name, recorded) in step["after"]["order"].as_object().into_iter().flatten() {
        compare(&format!("order.{name}"), recorded, &order[name]);
    }
    let names = ["item_id", "qty_ordered", "qty_invoiced", "qty_shipped", "qty_refunded", "qty_canceled"];
    compare("items", &pick(&step["after"]["items"], &names), &pick(&order["items"], &names));
    let own = |rows: &std::collections::BTreeMap<u64, Value>| Value::Array(rows.values().cloned().collect());
    let names =
        ["grand_total", "base_grand_total", "state", "transaction_id", "tax_amount", "shipping_amount"];
    compare("invoices", &pick(&step["after"]["invoices"], &names), &pick(&own(&shop.invoices), &names));
    let names = ["total_qty"];
    compare("shipments", &pick(&step["after"]["shipments"], &names), &pick(&own(&shop.shipments), &names));
    let names = ["status", "comment"];
    compare("history", &pick(&step["after"]["history"], &names), &pick(&order["status_histories"], &names));
    differences
}

/// Some fields of each row; absent and null are the same.
fn pick(rows: &Value, names: &[&str]) -> Value {
    let rows = rows.as_array().map_or(&[][..], Vec::as_slice);
    let picked = rows.iter().map(|row| names.iter().map(|name| row[*name].clone()).collect::<Vec<_>>());
    json!(picked.collect::<Vec<_>>())
}
