//! Just enough of AWS for an undisturbed event: secrets are given, writes and messages are taken, nothing is there to be read.
//! It counts what it is asked.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The services behind one address, until it is dropped.
pub(crate) struct Aws {
    /// Where they answer: `AWS_ENDPOINT_URL`.
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

struct Shared {
    /// By name, as text.
    secrets: BTreeMap<String, String>,
    /// Requests by operation. A std mutex: nothing awaits under it.
    calls: Mutex<BTreeMap<String, u32>>,
}

impl Aws {
    /// Serves on a port of its own, with the secrets of the local stage.
    pub(crate) async fn start() -> Result<Self> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/local/secrets.json");
        let secrets: BTreeMap<String, Value> = serde_json::from_str(&std::fs::read_to_string(file)?)?;
        let secrets = secrets
            .into_iter()
            .map(|(kind, value)| (format!("tillbridge/local/main/{kind}"), value.to_string()));
        let shared = Arc::new(Shared { secrets: secrets.collect(), calls: Mutex::default() });
        let router = Router::new().fallback(call).with_state(Arc::clone(&shared));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(async move {
            // It ends with the task.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, shared, server })
    }

    /// Requests since the last time this was asked, by operation.
    pub(crate) fn take_calls(&self) -> BTreeMap<String, u32> {
        std::mem::take(&mut self.shared.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Aws {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn call(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> impl IntoResponse {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or("unknown");
    let operation = target.rsplit('.').next().unwrap_or(target).to_owned();
    *shared.calls.lock().unwrap_or_else(PoisonError::into_inner).entry(operation.clone()).or_default() += 1;
    match answer(&shared, &operation, &body) {
        Ok(answer) => (StatusCode::OK, answer.to_string()),
        Err(error) => (
            StatusCode::BAD_REQUEST,
            json!({ "__type": "ValidationException", "message": format!("{error:#}") }).to_string(),
        ),
    }
}

fn answer(shared: &Shared, operation: &str, body: &str) -> Result<Value> {
    Ok(match operation {
        "GetSecretValue" => {
            let request: Value = serde_json::from_str(body)?;
            let name = request["SecretId"].as_str().context("no SecretId")?;
            let text = shared.secrets.get(name).with_context(|| format!("no secret {name}"))?;
            json!({ "Name": name, "SecretString": text, "VersionId": "v1" })
        }
        "SendMessage" => json!({ "MessageId": "00000000-0000-4000-8000-000000000000" }),
        "Query" => json!({ "Items": [], "Count": 0 }),
        _ => json!({}),
    })
}
