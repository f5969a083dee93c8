//! What happens at Stripe without a request of ours.

use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::refused;
use crate::Sandbox;

/// Plays one move, or a list of them in turn; the first that is refused ends it.
pub(crate) async fn play(State(sandbox): State<Sandbox>, Json(body): Json<Value>) -> Response {
    let Value::Array(moves) = body else {
        return match sandbox.play_stripe(&body) {
            Ok(played) => Json(played).into_response(),
            Err(reason) => refused(reason),
        };
    };
    let mut played = Vec::new();
    for (number, wanted) in moves.iter().enumerate() {
        match sandbox.play_stripe(wanted) {
            Ok(one) => played.push(one),
            Err(reason) => return refused(format!("move {number}: {reason}")),
        }
    }
    Json(Value::Array(played)).into_response()
}

/// After how many.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct After {
    after: usize,
}

/// Events in the order in which they were made.
pub(crate) async fn events(State(sandbox): State<Sandbox>, Query(wanted): Query<After>) -> Json<Value> {
    let (count, events) = sandbox.stripe_events(wanted.after);
    Json(json!({"count": count, "data": events}))
}
