//! The generic WMS with signed webhooks: fulfilment requests, their life, and the events that tell of it.

mod event;
mod fulfilment;

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::Method;
use serde_json::{Value, json};

use crate::WmsSettings;
use crate::erp::{Outcome, check_token};
use crate::problem::Problem;
use crate::reply::{Incoming, Reply};
pub(crate) use event::Event;
use fulfilment::State;

/// The double.
#[derive(Debug)]
pub(crate) struct Wms {
    settings: WmsSettings,
    state: Mutex<State>,
}

impl Wms {
    /// An empty warehouse.
    pub(crate) fn new(settings: WmsSettings) -> Self {
        Self { settings, state: Mutex::default() }
    }

    /// Answers a request; the path begins with `/v1`.
    pub(crate) fn handle(&self, incoming: &Incoming) -> Reply {
        let request_id = incoming.header("x-request-id").unwrap_or("none").to_owned();
        let reply = match self.route(incoming) {
            Ok((status, body)) => Reply::json(status, &body),
            Err(problem) => problem.reply(&request_id),
        };
        reply.with("x-request-id", &request_id)
    }

    fn route(&self, incoming: &Incoming) -> Outcome {
        check_token(&self.settings.tokens, incoming)?;
        let segments = incoming.segments();
        let path: Vec<&str> = segments.iter().map(String::as_str).collect();
        let mut state = self.state();
        match (&incoming.method, path.as_slice()) {
            (&Method::GET, ["v1", "health"]) => Ok((200, json!({"version": "sandbox-1"}))),
            (&Method::GET, ["v1", "fulfilments"]) => Ok((200, state.list(incoming))),
            (&Method::GET, ["v1", "fulfilments", key]) => state.read(key, incoming.view),
            (&Method::PUT, ["v1", "fulfilments", key]) => state.put(&self.settings, key, incoming),
            (&Method::POST, ["v1", "fulfilments", key, "cancel"]) => state.cancel(key),
            (&Method::GET, ["v1", "events"]) => {
                let after = incoming.parameter("after").unwrap_or_default();
                event::after(state.events(), &after).map(|events| (200, json!({"data": events})))
            }
            _ => Err(Problem::new(404, "no_such_route", format!("{} {}", incoming.method, incoming.path))),
        }
    }

    /// Moves a fulfilment on, as people in the warehouse do; gives the event that tells of it.
    pub(crate) fn advance(&self, key: &str, to: &str) -> Result<Option<Event>, String> {
        self.state().advance(key, to).map_err(|problem| problem.detail)
    }

    /// What is there.
    pub(crate) fn snapshot(&self) -> Value {
        let state = self.state();
        json!({"fulfilments": state.all(), "events": state.events()})
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
