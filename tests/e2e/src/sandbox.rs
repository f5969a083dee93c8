//! The four systems' doubles, by the sandbox's own `/admin` pages.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// Longest excerpt of a refusal, in characters.
const EXCERPT_CHARS_MAX: usize = 400;

/// The sandbox.
#[derive(Clone, Debug)]
pub struct Sandbox {
    http: reqwest::Client,
    url: String,
}

impl Sandbox {
    pub(crate) fn new(http: reqwest::Client, url: String) -> Self {
        Self { http, url }
    }

    /// Everything that the four systems hold.
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub async fn state(&self) -> Result<Value> {
        self.get("/admin/state").await
    }

    /// Makes what a customer would have made: an order, paid.
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub async fn seed(&self, seed: &Value) -> Result<Value> {
        self.post("/admin/seed", seed).await
    }

    /// Makes a system go wrong once, for requests of a method whose path holds a text: of one order only, so that the orders of
    /// other tests are not met.
    ///
    /// # Errors
    /// No answer, or there is no such fault.
    pub async fn disturb(&self, system: &str, fault: &str, method: &str, path: &str) -> Result<()> {
        let plan = json!({ "system": system, "fault": fault, "times": 1, "method": method, "path": path });
        self.post("/admin/faults", &plan).await.map(|_| ())
    }

    /// The faults for a path that have met no request yet.
    ///
    /// # Errors
    /// No answer.
    pub async fn faults_to_come(&self, path: &str) -> Result<Vec<Value>> {
        let mut planned = self.get("/admin/faults").await?["planned"].as_array().cloned().unwrap_or_default();
        planned.retain(|fault| fault["path"] == path);
        Ok(planned)
    }

    /// Switches a system off for everybody, or on.
    ///
    /// # Errors
    /// No answer.
    pub async fn set_down(&self, system: &str, down: bool) -> Result<()> {
        self.post("/admin/down", &json!({ "system": system, "down": down })).await.map(|_| ())
    }

    /// GET of an admin page.
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub async fn get(&self, path: &str) -> Result<Value> {
        read(path, self.http.get(format!("{}{path}", self.url)).send().await?).await
    }

    /// POST to an admin page.
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let request =
            self.http.post(format!("{}{path}", self.url)).header("content-type", "application/json");
        read(path, request.body(body.to_string()).send().await?).await
    }

    /// DELETE of an admin page.
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub async fn delete(&self, path: &str) -> Result<Value> {
        read(path, self.http.delete(format!("{}{path}", self.url)).send().await?).await
    }
}

async fn read(path: &str, response: reqwest::Response) -> Result<Value> {
    let status = response.status();
    let text = response.text().await?;
    if !status.is_success() {
        bail!("the sandbox's {path}: {status} {}", text.chars().take(EXCERPT_CHARS_MAX).collect::<String>());
    }
    if text.is_empty() {
        Ok(Value::Null)
    } else {
        serde_json::from_str(&text).with_context(|| format!("{path}: {text}"))
    }
}
