//! A proxy before the local cloud that refuses, delays and loses answers, for functions that are pointed at it
//! (`AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL_SQS`).

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Longest body that is passed on, in bytes: SQS takes 1 MiB and its envelope.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How long a delayed request rests.
const DELAY: Duration = Duration::from_millis(700);
/// How long an answer is kept from who waits for it: longer than any of our AWS clients waits.
const SILENCE: Duration = Duration::from_secs(30);

/// What went wrong how often.
#[derive(Debug, Default)]
pub struct Met {
    /// Requests in all.
    pub requests: AtomicU64,
    /// Answered 500 without being passed on.
    pub refused: AtomicU64,
    /// Answered as throttled without being passed on.
    pub throttled: AtomicU64,
    /// Passed on late.
    pub delayed: AtomicU64,
    /// Passed on, and the answer kept back.
    pub lost: AtomicU64,
}

/// A proxy that runs until it is dropped.
#[derive(Debug)]
pub struct Proxy {
    /// Where it answers.
    pub url: String,
    /// What it did.
    pub met: Arc<Met>,
    task: JoinHandle<()>,
}

#[derive(Clone)]
struct Way {
    http: reqwest::Client,
    to: String,
    met: Arc<Met>,
}

impl Proxy {
    /// A proxy before `to`.
    ///
    /// # Errors
    /// No port is free.
    pub async fn before(to: &str) -> Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let met = Arc::new(Met::default());
        let way = Way { http: reqwest::Client::new(), to: to.to_owned(), met: Arc::clone(&met) };
        let router = Router::new().fallback(pass).with_state(way);
        let task = tokio::spawn(async move {
            // It serves until the task is aborted.
            let _ended = axum::serve(listener, router).await;
        });
        Ok(Self { url, met, task })
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Of every forty-one requests one is refused, one throttled, one delayed, and one loses its answer: by number, so that a run of requests
/// meets each of them at other places each time.
async fn pass(State(way): State<Way>, request: Request) -> Response<Body> {
    let number = way.met.requests.fetch_add(1, Ordering::SeqCst);
    let count = |of: &AtomicU64| of.fetch_add(1, Ordering::SeqCst);
    match number % 41 {
        5 => {
            count(&way.met.refused);
            plain(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError")
        }
        15 => {
            count(&way.met.throttled);
            plain(StatusCode::BAD_REQUEST, "ThrottlingException")
        }
        25 => {
            count(&way.met.delayed);
            tokio::time::sleep(DELAY).await;
            passed_on(&way, request).await
        }
        35 => {
            count(&way.met.lost);
            let _kept_back = passed_on(&way, request).await;
            tokio::time::sleep(SILENCE).await;
            plain(StatusCode::GATEWAY_TIMEOUT, "ServiceUnavailable")
        }
        _ => passed_on(&way, request).await,
    }
}

async fn passed_on(way: &Way, request: Request) -> Response<Body> {
    match forward(way, request).await {
        Ok(response) => response,
        Err(_) => plain(StatusCode::BAD_GATEWAY, "ServiceUnavailable"),
    }
}

async fn forward(way: &Way, request: Request) -> Result<Response<Body>> {
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, BODY_BYTES_MAX).await?;
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut sent = way.http.request(parts.method, format!("{}{path}", way.to)).body(body);
    for (name, value) in
        parts.headers.iter().filter(|(name, _)| !matches!(name.as_str(), "host" | "content-length"))
    {
        sent = sent.header(name, value);
    }
    let answer = sent.send().await?;
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer
        .headers()
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "transfer-encoding" | "content-length"))
    {
        response = response.header(name, value);
    }
    Ok(response.body(Body::from(answer.bytes().await?))?)
}

/// A refusal as AWS's JSON protocols write it.
fn plain(status: StatusCode, code: &str) -> Response<Body> {
    let mut response =
        Response::new(Body::from(format!(r#"{{"__type":"{code}","message":"the fault proxy"}}"#)));
    *response.status_mut() = status;
    let json = axum::http::HeaderValue::from_static("application/x-amz-json-1.0");
    response.headers_mut().insert("content-type", json);
    response
}
