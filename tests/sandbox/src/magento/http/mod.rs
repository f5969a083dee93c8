//! The shop over HTTP: paths, rights, bodies, answers.

mod call;
mod fields;
mod noise;
mod oauth;
mod routes;
mod search;
mod topic;

use axum::http::Method;
use serde_json::Value;

use crate::reply::{Incoming, Reply};

use super::Magento;
use super::refusal::Refusal;
use call::{Answer, Call, Request};
use oauth::Asked;
use routes::Route;

impl Magento {
    /// Answers a request.
    pub(crate) fn handle(&self, incoming: &Incoming) -> Reply {
        let query = query(&incoming.query);
        let fields = query.iter().find(|(name, _)| name == "fields").map(|(_, fields)| fields.as_str());
        match self.serve(incoming, &query) {
            Ok(Answer { status, body }) => {
                let shown = fields.filter(|_| body.is_object()).map(|fields| fields::filter(&body, fields));
                let text = shown.unwrap_or(body).to_string();
                let text = if self.switches().float_noise { noise::add(&text) } else { text };
                Reply::text(status, "application/json; charset=utf-8", text)
            }
            Err(refusal) => {
                let body = refusal.body().to_string();
                Reply::text(refusal.status, "application/json; charset=utf-8", body)
            }
        }
    }

    fn serve(&self, incoming: &Incoming, query: &[(String, String)]) -> Result<Answer, Refusal> {
        let route = Route::find(&incoming.method, &incoming.path).ok_or_else(Refusal::no_route)?;
        let asked = Asked {
            method: incoming.method.as_str(),
            path: &incoming.path,
            query,
            authorization: incoming.header("authorization").unwrap_or_default(),
            resource: route.resource(),
        };
        let admitted = self.admit(&asked);
        // Routes that are open to all know a caller where they can.
        let by_guest = admitted.is_err();
        if !route.is_open() {
            admitted?;
        }
        let body = match incoming.body.as_ref() {
            [] => Value::Null,
            bytes => serde_json::from_slice(bytes).map_err(|_| Refusal::new(400, "Decoding error."))?,
        };
        let request = Request { query, body: &body, by_guest, is_race: incoming.race };
        self.run(&route, &request)
    }

    /// Carries out a request of a caller who has every right.
    pub(super) fn carry_out(
        &self,
        method: &Method,
        path: &str,
        query: &[(String, String)],
        body: &Value,
    ) -> Result<Value, Refusal> {
        let route = Route::find(method, path).ok_or_else(Refusal::no_route)?;
        self.run(&route, &Request { query, body, by_guest: false, is_race: false }).map(|answer| answer.body)
    }

    fn run(&self, route: &Route, request: &Request<'_>) -> Result<Answer, Refusal> {
        let (mut shop, switches) = (self.lock(), self.switches());
        route.run(&mut Call { shop: &mut shop, switches, base_url: &self.public_base_url, request })
    }
}

/// A piece without exactly one `=` is not seen by the signature, nor by anybody else.
fn query(text: &str) -> Vec<(String, String)> {
    let pieces = text.split('&').filter(|piece| piece.matches('=').count() == 1);
    pieces.flat_map(crate::reply::form_pairs).collect()
}
