//! Everything that something may change, in short: two looks at it are equal, or something has changed.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::Stack;

/// What is on the queues, in the table, and how often the four systems were asked.
///
/// A message that was taken between two looks has left its queue but has its execution: the queues are looked at first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Footprint {
    messages: BTreeMap<String, u64>,
    /// Each item's version, where it has one.
    items: BTreeMap<String, Value>,
    requests: Vec<String>,
}

impl Stack {
    /// Looks. `since` is a mark in the request log.
    ///
    /// # Errors
    /// Something does not answer.
    pub async fn footprint(&self, since: u64) -> Result<Footprint> {
        let mut messages = BTreeMap::new();
        for url in self.state.queue_urls.values().chain([&self.state.dead_letter_queue_url]) {
            messages.insert(url.clone(), self.queues.depth(url).await?);
        }
        let items = self.table.all().await?.into_iter().map(|item| {
            let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
            (format!("{} {}", text("pk"), text("sk")), item.get("version").cloned().unwrap_or_default())
        });
        let items = items.collect();
        let requests = self.sandbox.requests(since).await?;
        let requests = requests
            .iter()
            .map(|request| format!("{} {} {}", request["system"], request["method"], request["path"]))
            .collect();
        Ok(Footprint { messages, items, requests })
    }
}

impl crate::Sandbox {
    /// Sets a mark in the request log: what is asked later has a higher number.
    ///
    /// # Errors
    /// No answer.
    pub async fn mark(&self) -> Result<u64> {
        let sign = format!("mark-{}", now_ns());
        // Refused by the warehouse, noted by the log.
        let _refused = self.get(&format!("/wms/v1/{sign}")).await;
        let found = self.get(&format!("/admin/requests?path={sign}")).await?;
        found["data"][0]["n"].as_u64().context("the request log does not show a request")
    }

    /// What the four systems were asked after a mark, oldest first.
    ///
    /// # Errors
    /// No answer.
    pub async fn requests(&self, after: u64) -> Result<Vec<Value>> {
        let found = self.get(&format!("/admin/requests?after={after}")).await?;
        let all = found["data"].as_array().cloned().unwrap_or_default();
        let is_mark = |request: &Value| request["path"].as_str().is_some_and(|path| path.contains("/mark-"));
        Ok(all.into_iter().filter(|request| !is_mark(request)).collect())
    }
}

/// Tells one mark from another.
fn now_ns() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_nanos())
}
