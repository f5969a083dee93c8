//! One address for all services, as the local cloud has it: the operation is named by `X-Amz-Target`.
//!
//! Source: <https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html>

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::cloud::{Asked, State};
use crate::refusal::Refusal;
use crate::{dynamo, queues, secrets};

#[derive(Clone)]
struct Door {
    state: Arc<Mutex<State>>,
    endpoint: String,
}

pub(crate) fn router(state: Arc<Mutex<State>>, endpoint: String) -> Router {
    Router::new().fallback(answer).with_state(Door { state, endpoint })
}

async fn answer(Shared(door): Shared<Door>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let (service, operation) = target.rsplit_once('.').unwrap_or_default();
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        return refused(&Refusal::new("SerializationException", "the body is no JSON"));
    };
    let mut state = door.state.lock().unwrap_or_else(PoisonError::into_inner);
    state.asked.push(Asked { operation: operation.to_owned(), body: body.clone() });
    if let Some(at) = state.failing.iter().position(|(failing, ..)| failing == operation)
        && let Some((_, status, body)) = state.failing.remove(at)
    {
        return reply(status, &body);
    }
    let outcome = match service {
        "DynamoDB_20120810" => dynamo::answer(&mut state, operation, &body),
        "AmazonSQS" => queues::answer(&mut state, &door.endpoint, operation, &body),
        "secretsmanager" => secrets::answer(&state, operation, &body),
        _ => Err(Refusal::new("UnknownOperationException", format!("nobody here answers `{target}`"))),
    };
    match outcome {
        Ok(body) => reply(200, &body),
        Err(refusal) => refused(&refusal),
    }
}

fn refused(refusal: &Refusal) -> Response {
    let mut response = reply(400, &refusal.body());
    // SQS names its older codes beside the new ones.
    if refusal.code == "QueueDoesNotExist" {
        let older = "AWS.SimpleQueueService.NonExistentQueue;Sender";
        response.headers_mut().insert("x-amzn-query-error", header::HeaderValue::from_static(older));
    }
    response
}

fn reply(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], body.to_string()).into_response()
}
