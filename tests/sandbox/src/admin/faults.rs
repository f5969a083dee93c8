//! Faults and outages.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::refused;
use crate::{Planned, Sandbox, System};

/// What is planned, and what is down.
pub(crate) async fn list(State(sandbox): State<Sandbox>) -> Json<Value> {
    let (planned, down) = sandbox.planned();
    Json(json!({"planned": planned, "down": down}))
}

/// Plans one fault, or a list of them.
pub(crate) async fn plan(State(sandbox): State<Sandbox>, Json(body): Json<Value>) -> Response {
    let rows = match body {
        Value::Array(rows) => rows,
        one => vec![one],
    };
    let planned: Result<Vec<Planned>, _> = rows.into_iter().map(serde_json::from_value).collect();
    let planned = match planned {
        Ok(planned) => planned,
        Err(error) => return refused(error),
    };
    for one in planned {
        if !sandbox.plan(one) {
            return refused("too many faults are planned");
        }
    }
    list(State(sandbox)).await.into_response()
}

/// Takes all away.
pub(crate) async fn clear(State(sandbox): State<Sandbox>) -> Json<Value> {
    sandbox.clear_faults();
    Json(json!({"cleared": true}))
}

/// Which system is off.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Down {
    system: System,
    down: bool,
}

/// Switches a system off or on.
pub(crate) async fn down(State(sandbox): State<Sandbox>, Json(body): Json<Down>) -> Json<Value> {
    sandbox.set_down(body.system, body.down);
    list(State(sandbox)).await
}
