//! A Lambda Runtime API for one function: starts a function's `bootstrap`, hands it events and takes its answers, so
//! that start, answer time and memory are those of the real binary and not of an emulator.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::sync::{Mutex, mpsc};

/// Longest wait for a function to ask for its first event or to answer one.
const PATIENCE: Duration = Duration::from_secs(30);

struct Shared {
    events: Mutex<mpsc::Receiver<Bytes>>,
    polled: mpsc::Sender<Instant>,
    answers: mpsc::Sender<Result<Bytes, Bytes>>,
}

/// A function that runs.
pub struct Function {
    child: Child,
    events: mpsc::Sender<Bytes>,
    polled: mpsc::Receiver<Instant>,
    answers: mpsc::Receiver<Result<Bytes, Bytes>>,
    started: Instant,
}

impl Function {
    /// Starts a binary with these variables.
    pub async fn start(bootstrap: &Path, variables: &BTreeMap<&str, String>) -> anyhow::Result<Self> {
        let (events, events_in) = mpsc::channel(1);
        let (polled_out, polled) = mpsc::channel(16);
        let (answers_out, answers) = mpsc::channel(1);
        let shared =
            Arc::new(Shared { events: Mutex::new(events_in), polled: polled_out, answers: answers_out });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .with_state(shared);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(async move { axum::serve(listener, router).await });
        let started = Instant::now();
        let child = Command::new(bootstrap)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_LEVEL", "ERROR")
            .envs(variables)
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .with_context(|| format!("{} cannot be started; run `cargo xtask build`", bootstrap.display()))?;
        Ok(Self { child, events, polled, answers, started })
    }

    /// From the start of the process to its first request for an event.
    pub async fn cold_start(&mut self) -> anyhow::Result<Duration> {
        let polled = tokio::time::timeout(PATIENCE, self.polled.recv()).await.context("the function never polled")?;
        Ok(polled.context("the function ended")?.duration_since(self.started))
    }

    /// Hands it an event and waits for the answer.
    pub async fn invoke(&mut self, event: &str) -> anyhow::Result<(serde_json::Value, Duration)> {
        let sent = Instant::now();
        self.events.send(Bytes::copy_from_slice(event.as_bytes())).await?;
        let answer = tokio::time::timeout(PATIENCE, self.answers.recv()).await.context("the function never answered")?;
        match answer.context("the function ended")? {
            Ok(body) => Ok((serde_json::from_slice(&body)?, sent.elapsed())),
            Err(body) => bail!("the function failed: {}", String::from_utf8_lossy(&body)),
        }
    }

    /// Resident memory, in KiB.
    pub fn resident_kib(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // It is ours and only ours; a process that is gone already is no fault.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    let _ = shared.polled.try_send(Instant::now());
    let Some(event) = shared.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let deadline = std::time::SystemTime::now() + Duration::from_secs(120);
    let deadline_ms = deadline.duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_millis();
    let headers = [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned()),
        ("lambda-runtime-deadline-ms", deadline_ms.to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:bench".to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    (headers, event).into_response()
}

async fn response(State(shared): State<Arc<Shared>>, UrlPath(_): UrlPath<String>, body: Bytes) -> StatusCode {
    let _ = shared.answers.send(Ok(body)).await;
    StatusCode::ACCEPTED
}

async fn error(State(shared): State<Arc<Shared>>, UrlPath(_): UrlPath<String>, body: Bytes) -> StatusCode {
    let _ = shared.answers.send(Err(body)).await;
    StatusCode::ACCEPTED
}

async fn init_error(State(shared): State<Arc<Shared>>, _: HeaderMap, body: Bytes) -> StatusCode {
    let _ = shared.answers.send(Err(body)).await;
    StatusCode::ACCEPTED
}
