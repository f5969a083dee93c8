//! The way into a system: reads the request, notes it, lets faults act, asks the system, answers.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::response::Response;

use crate::faults::{Fault, Faults, html_page, refusal};
use crate::reply::{Incoming, Reply};
use crate::requests::Requests;
use crate::sandbox::Systems;
use crate::serve::Dropped;
use crate::shelf::View;
use crate::{Clock, System, UnknownFault};

/// Largest request body that is read, bytes.
const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// How long a request without answer is held before its connection is dropped.
const HOLD_MS: u64 = 120_000;

/// One system's entrance.
pub(crate) struct Door {
    pub(crate) system: System,
    pub(crate) systems: Arc<Systems>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) requests: Arc<Requests>,
    pub(crate) clock: Clock,
}

/// The faults of one request, sorted by when they act.
#[derive(Debug, Default)]
pub(crate) struct Act {
    pub(crate) latency: Duration,
    /// Refuses in place of acting.
    pub(crate) refuse: Option<(u16, Option<String>)>,
    /// Acts, then answers 500.
    pub(crate) commit_then_500: bool,
    page: Option<u16>,
    drop: bool,
    then_silence: bool,
    then_break: bool,
    limited: bool,
}

impl Door {
    /// Takes a request through.
    pub(crate) async fn pass(self: Arc<Self>, request: Request) -> Response {
        let clock = self.clock.clone();
        clock.holds_over(self.taken(request)).await
    }

    async fn taken(self: Arc<Self>, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else {
            return Reply::text(413, "text/plain", "the body is too large".to_owned()).into_response();
        };
        let mut incoming = Incoming {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers,
            body,
            view: View::NOW,
            race: false,
        };
        let faults = match self.faults_of(&incoming) {
            Ok(faults) => faults,
            Err(error) => return Reply::text(400, "text/plain", error.to_string()).into_response(),
        };
        let number =
            self.requests.note(self.system, &incoming, faults.iter().map(ToString::to_string).collect());
        let act = self.sort(&faults, &mut incoming);
        let response = self.answer(incoming, act).await;
        let sent = response.extensions().get::<Dropped>().is_none();
        self.requests.ended(number, sent.then(|| response.status().as_u16()));
        response
    }

    fn faults_of(&self, incoming: &Incoming) -> Result<Vec<Fault>, UnknownFault> {
        let mut faults = self.faults.take(self.system, incoming.method.as_str(), &incoming.path);
        for text in
            incoming.header("x-sandbox-fault").unwrap_or_default().split(',').filter(|text| !text.is_empty())
        {
            faults.push(text.parse()?);
        }
        if self.faults.down().contains(&self.system) {
            faults.push(Fault::Drop);
        }
        Ok(faults)
    }

    fn sort(&self, faults: &[Fault], incoming: &mut Incoming) -> Act {
        let mut act = Act::default();
        for fault in faults {
            match fault {
                Fault::Latency { ms } => act.latency += Duration::from_millis(*ms),
                Fault::Error { status, code } => act.refuse = Some((*status, code.clone())),
                Fault::CommitThenTimeout => act.then_silence = true,
                Fault::CommitThen500 => act.commit_then_500 = true,
                Fault::DropAfterHeaders => act.then_break = true,
                Fault::Drop => act.drop = true,
                Fault::DuplicateOnRace => incoming.race = true,
                Fault::StaleRead { ms } => incoming.view = View::ago(*ms),
                Fault::Rate { per_second } => {
                    act.limited |= !self.faults.within_rate(self.system, *per_second);
                }
                Fault::HtmlBody => act.page = Some(502),
                Fault::Html200 => act.page = Some(200),
            }
        }
        act
    }

    async fn answer(&self, incoming: Incoming, act: Act) -> Response {
        if act.drop {
            return Dropped::response();
        }
        if act.limited {
            return refusal(self.system, 429, None).into_response();
        }
        if let Some(status) = act.page {
            let status = act.refuse.map_or(status, |(refused, _)| refused);
            tokio::time::sleep(act.latency).await;
            return html_page(status).into_response();
        }
        let (silence, broken) = (act.then_silence, act.then_break);
        let (system, systems) = (self.system, Arc::clone(&self.systems));
        // A task of its own: a server goes on working when its client has given up.
        let clock = self.clock.clone();
        let work = tokio::spawn(async move { clock.holds_over(systems.call(system, incoming, act)).await });
        let Ok(reply) = work.await else {
            return Reply::text(500, "text/plain", "the double itself failed".to_owned()).into_response();
        };
        if silence {
            tokio::time::sleep(Duration::from_millis(HOLD_MS)).await;
            return Dropped::response();
        }
        if broken { break_after_head(reply) } else { reply.into_response() }
    }
}

/// The head of an answer that promises a body, and a body that ends in an error.
fn break_after_head(reply: Reply) -> Response {
    let length = HeaderValue::from(reply.body.len().max(1));
    let mut response = reply.into_response();
    response.headers_mut().insert("content-length", length);
    let broken = futures::stream::once(async { Err::<axum::body::Bytes, _>(std::io::Error::other("cut")) });
    *response.body_mut() = Body::from_stream(broken);
    response
}
