//! The generic REST ERP: customers, items, orders, invoices, payments, journals, shipments, and a ledger that must
//! balance.

mod currency;
mod document;
mod invoice;
mod journal;
mod ledger;
mod list;
mod order;
mod party;
mod payment;
mod post;
mod put;
mod shipment;
mod state;
mod stock;
mod wire;

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::Method;
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

use crate::ErpSettings;
use crate::problem::Problem;
use crate::reply::{Incoming, Reply};
use document::Kind;
pub(crate) use document::hash as content_hash;
pub use ledger::LedgerLine;
pub(crate) use put::body;
use state::State;
pub(crate) use wire::{decimal, round};

/// The double.
#[derive(Debug)]
pub(crate) struct Erp {
    settings: ErpSettings,
    state: Mutex<State>,
}

/// A status and a body, or a refusal.
pub(crate) type Outcome = Result<(u16, Value), Problem>;

impl Erp {
    /// A company without a document.
    pub(crate) fn new(settings: ErpSettings) -> Self {
        let state = Mutex::new(State::new(&settings));
        Self { settings, state }
    }

    /// Answers a request; the path begins with `/v1`.
    pub(crate) fn handle(&self, incoming: &Incoming) -> Reply {
        let request_id = incoming.header("x-request-id").unwrap_or("none").to_owned();
        let reply = match self.route(incoming) {
            Ok((status, body)) => {
                let etag = body.get("version").map(|version| format!("\"{version}\""));
                let reply = Reply::json(status, &body);
                etag.map_or(reply.clone(), |etag| reply.with("etag", &etag))
            }
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
            (&Method::GET, ["v1", "health"]) => Ok((200, self.health())),
            (&Method::GET, ["v1", "stock"]) => stock::levels(&state, incoming),
            (&Method::GET, ["v1", "accounts"]) => Ok((200, json!({"data": self.settings.accounts}))),
            (&Method::GET, ["v1", "balances"]) => ledger::balances(&state, &self.settings, incoming),
            (&Method::GET, ["v1", kind]) => list::list(&state, Kind::named(kind)?, incoming),
            (&Method::PUT, ["v1", kind, key]) => {
                put::put(&mut state, &self.settings, Kind::named(kind)?, key, incoming)
            }
            (&Method::POST, ["v1", kind, id, verb]) => {
                post::post(&mut state, &self.settings, Kind::named(kind)?, id, verb, incoming)
            }
            _ => Err(Problem::new(404, "no_such_route", format!("{} {}", incoming.method, incoming.path))),
        }
    }

    fn health(&self) -> Value {
        json!({
            "version": "sandbox-1",
            "company_currency": self.settings.company_currency,
            "open_from": self.settings.open_from,
        })
    }

    /// What is there, by kind, and the sums of the ledger.
    pub(crate) fn snapshot(&self) -> Value {
        let state = self.state();
        let mut snapshot = json!({"balances": ledger::sums(&state, None)});
        for kind in Kind::ALL {
            snapshot[kind.plural()] =
                Value::Array(state.documents(kind).map(document::Document::json).collect());
        }
        snapshot
    }

    /// Every line of the ledger.
    pub(crate) fn ledger(&self) -> Vec<LedgerLine> {
        ledger::lines(&self.state())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// 401 where no known bearer token is given.
pub(crate) fn check_token(tokens: &[String], incoming: &Incoming) -> Result<(), Problem> {
    let given = incoming.header("authorization").and_then(|header| header.strip_prefix("Bearer "));
    let known = given
        .is_some_and(|given| tokens.iter().any(|token| bool::from(token.as_bytes().ct_eq(given.as_bytes()))));
    if known { Ok(()) } else { Err(Problem::new(401, "unauthorized", "no valid bearer token")) }
}
