//! SQS and Secrets Manager as far as ingest needs them, with every call counted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use serde_json::{Value, json};

/// Calls by operation (`AmazonSQS.SendMessage`).
#[derive(Clone, Default)]
pub struct FakeAws {
    calls: Arc<Mutex<BTreeMap<String, usize>>>,
    secrets: Arc<BTreeMap<String, String>>,
}

impl FakeAws {
    /// Serves on a free port with these secrets; its address.
    pub async fn serve(secrets: BTreeMap<String, String>) -> anyhow::Result<(Self, String)> {
        let fake = Self { secrets: Arc::new(secrets), ..Self::default() };
        let router = Router::new().fallback(post(answer)).with_state(fake.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok((fake, url))
    }

    /// Calls so far, by operation.
    pub fn calls(&self) -> BTreeMap<String, usize> {
        self.calls.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

async fn answer(State(fake): State<FakeAws>, headers: HeaderMap, body: String) -> axum::Json<Value> {
    let operation = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or("?").to_owned();
    *fake.calls.lock().unwrap_or_else(std::sync::PoisonError::into_inner).entry(operation.clone()).or_default() += 1;
    let request: Value = serde_json::from_str(&body).unwrap_or_default();
    if operation == "secretsmanager.GetSecretValue" {
        let name = request["SecretId"].as_str().unwrap_or_default();
        let secret = fake.secrets.get(name).cloned().unwrap_or_default();
        return axum::Json(json!({ "Name": name, "VersionId": "v1", "SecretString": secret }));
    }
    axum::Json(json!({ "MessageId": "b5293cb5-d306-4a17-9048-b263635abe42", "SequenceNumber": "1" }))
}
