//! Lambda's runtime API for one process of a function: it asks for events here and answers here.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow, bail};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long an event may take, as the function is told.
const FUNCTION_TIMEOUT: Duration = Duration::from_secs(120);
/// How long we wait for a function that says nothing.
const SILENCE_MAX: Duration = Duration::from_secs(20);

/// The API, until it is dropped.
pub(crate) struct Runtime {
    /// Where the process finds it: `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) address: SocketAddr,
    events: mpsc::Sender<String>,
    answers: mpsc::Receiver<Result<String, String>>,
    first_poll: watch::Receiver<Option<Instant>>,
    server: JoinHandle<()>,
}

struct Shared {
    events: Mutex<mpsc::Receiver<String>>,
    answers: mpsc::Sender<Result<String, String>>,
    first_poll: watch::Sender<Option<Instant>>,
}

impl Runtime {
    /// Serves on a port of its own.
    pub(crate) async fn start() -> Result<Self> {
        let (events, waiting) = mpsc::channel(1);
        let (answered, answers) = mpsc::channel(1);
        let (polled, first_poll) = watch::channel(None);
        let shared = Shared { events: Mutex::new(waiting), answers: answered, first_poll: polled };
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(failure))
            .route("/2018-06-01/runtime/init/error", post(failure))
            .with_state(Arc::new(shared));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(async move {
            // It ends with the task.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, events, answers, first_poll, server })
    }

    /// When the process first asked for an event: then it is ready.
    pub(crate) async fn first_poll(&mut self) -> Result<Instant> {
        let polled = timeout(SILENCE_MAX, self.first_poll.wait_for(Option::is_some)).await;
        let polled = *polled.context("the function does not ask for an event")??;
        polled.context("the function does not ask for an event")
    }

    /// Has the process handle an event; its answer.
    pub(crate) async fn invoke(&mut self, event: String) -> Result<String> {
        self.events.send(event).await.context("the runtime API has ended")?;
        match timeout(SILENCE_MAX, self.answers.recv()).await.context("the function does not answer")? {
            Some(answer) => answer.map_err(|error| anyhow!("the function failed: {error}")),
            None => bail!("the runtime API has ended"),
        }
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    let now = Instant::now();
    shared.first_poll.send_if_modified(|first| first.replace(now).is_none());
    let Some(event) = shared.events.lock().await.recv().await else {
        return Err(StatusCode::GONE);
    };
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let headers = [
        ("lambda-runtime-aws-request-id", "00000000-0000-4000-8000-000000000000".to_owned()),
        ("lambda-runtime-deadline-ms", (since_1970 + FUNCTION_TIMEOUT).as_millis().to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:000000000000:function:bench".to_owned(),
        ),
        ("lambda-runtime-trace-id", "Root=1-67891233-abcdef012345678912345678;Sampled=0".to_owned()),
    ];
    Ok((headers, event))
}

async fn response(State(shared): State<Arc<Shared>>, Path(_): Path<String>, body: String) -> StatusCode {
    answer(&shared, Ok(body)).await
}

async fn failure(State(shared): State<Arc<Shared>>, body: String) -> StatusCode {
    answer(&shared, Err(body)).await
}

async fn answer(shared: &Shared, answer: Result<String, String>) -> StatusCode {
    match shared.answers.send(answer).await {
        Ok(()) => StatusCode::ACCEPTED,
        Err(_) => StatusCode::GONE,
    }
}
