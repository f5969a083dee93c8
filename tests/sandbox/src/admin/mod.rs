//! `/admin/…`: what a test or a person does to the systems from outside.

mod faults;
mod magento;
mod put;
mod stripe;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Sandbox, Seed, Seeded, Seen, System};

/// The admin API's routes.
pub(crate) fn router(sandbox: Sandbox) -> Router {
    Router::new()
        .route("/admin/state", get(state))
        .route("/admin/reset", post(reset))
        .route("/admin/requests", get(requests).delete(forget_requests))
        .route("/admin/seed", get(seed_one).post(seed_body))
        .route("/admin/orders", post(put::order))
        .route("/admin/charges", post(put::charge))
        .route("/admin/fulfilments", post(put::advance))
        .route("/admin/faults", get(faults::list).post(faults::plan).delete(faults::clear))
        .route("/admin/down", post(faults::down))
        .route("/admin/stripe/moves", post(stripe::play))
        .route("/admin/stripe/events", get(stripe::events))
        .route("/admin/magento", get(magento::switches).post(magento::set))
        .route("/admin/magento/module", post(magento::module))
        .route("/admin/magento/notices", post(magento::notice))
        .with_state(sandbox)
}

/// 400 with a reason.
fn refused(reason: impl std::fmt::Display) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"error": reason.to_string()}))).into_response()
}

async fn state(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(sandbox.state())
}

async fn reset(State(sandbox): State<Sandbox>) -> Json<Value> {
    sandbox.reset();
    Json(json!({"reset": true}))
}

async fn seed_one(State(sandbox): State<Sandbox>, Query(seed): Query<Seed>) -> Response {
    seeded(&sandbox, &seed)
}

async fn seed_body(State(sandbox): State<Sandbox>, Json(seed): Json<Seed>) -> Response {
    seeded(&sandbox, &seed)
}

fn seeded(sandbox: &Sandbox, seed: &Seed) -> Response {
    match sandbox.seed(seed) {
        Ok(seeded) => Json::<Seeded>(seeded).into_response(),
        Err(error) => refused(error),
    }
}

/// Which requests are wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Wanted {
    system: Option<System>,
    method: Option<String>,
    /// A text that the path holds.
    path: Option<String>,
    /// Only after this number.
    after: u64,
}

async fn requests(State(sandbox): State<Sandbox>, Query(wanted): Query<Wanted>) -> Json<Value> {
    let mut seen = sandbox.requests(wanted.after);
    seen.retain(|request: &Seen| {
        wanted.system.is_none_or(|system| system == request.system)
            && wanted.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&request.method))
            && wanted.path.as_ref().is_none_or(|path| request.path.contains(path))
    });
    Json(json!({"count": seen.len(), "data": seen}))
}

async fn forget_requests(State(sandbox): State<Sandbox>) -> Json<Value> {
    sandbox.clear_requests();
    Json(json!({"cleared": true}))
}
