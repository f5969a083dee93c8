//! The handler: path, pair, secret, [`work()`], queues, answer.

use std::convert::Infallible;
use std::sync::Arc;

use canonical::PairId;
use environment::{Pair, SecretError, Stage};
use flow::delivery::attribute;
use flow::route::{BODY_BYTES_MAX, Routes};
use flow::{Clock, FlowName, Message, Queue, QueueName};
use futures::future::join_all;
use jiff::Timestamp;
use lambda_http::http::{HeaderMap, Method, StatusCode, header};
use lambda_http::{Body, Request, Response};

use crate::outcome::{Accepted, Refusal};
use crate::report::{Ended, Seen};
use crate::signing::SigningSecrets;
use crate::source::Source;
use crate::work::{Endpoint, Incoming, Work, work};

/// Longest trace id that is taken from a header, in bytes.
const TRACE_BYTES_MAX: usize = 100;

/// Everything that outlives a request.
pub struct Ingest {
    /// The pairs and the mode.
    pub stage: Stage,
    /// Who wants what.
    pub routes: Routes,
    /// What signatures are checked with.
    pub signing: SigningSecrets,
    /// Where messages go.
    pub queue: Arc<dyn Queue>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

impl Ingest {
    /// Answers a request. Every failure is an answer.
    ///
    /// # Errors
    /// None.
    pub async fn handle(&self, request: Request) -> Result<Response<Body>, Infallible> {
        let received_at = self.clock.now();
        let trace_id = trace_id(request.headers()).unwrap_or_else(|| format!("{:016x}", self.clock.random()));
        let mut seen = Seen { trace_id, bytes: request.body().as_ref().len(), ..Seen::default() };
        let ended = match self.take(&request, received_at, &mut seen).await {
            Ok(ended) => ended,
            Err(refusal) => Ended::Refused(refusal),
        };
        ended.report(&self.stage.stage, &seen, self.clock.now().duration_since(received_at));
        Ok(response(&ended))
    }

    async fn take(
        &self,
        request: &Request,
        received_at: Timestamp,
        seen: &mut Seen,
    ) -> Result<Ended, Refusal> {
        let (source, pair) = path(request.uri().path())?;
        seen.source = Some(source);
        if request.method() != Method::POST {
            return Err(Refusal::Method);
        }
        let (pair, settings) = self.pair(pair)?;
        seen.pair = Some(pair.clone());
        if request.body().as_ref().len() > BODY_BYTES_MAX {
            return Err(Refusal::TooLarge);
        }
        let endpoint = Endpoint { source, pair, account: &settings.stripe.account, mode: self.stage.mode };
        let trace_id = seen.trace_id.clone();
        let incoming = Incoming {
            headers: request.headers(),
            body: request.body().as_ref(),
            event_name: event_name(request.uri().query()),
            received_at,
            trace_id: &trace_id,
        };
        let work = self.verified(endpoint, incoming).await?;
        seen.event = work.event;
        seen.event_type = work.event_type;
        match work.outcome? {
            Accepted::Skip(skip) => Ok(Ended::Skipped(skip)),
            Accepted::Queue(messages) => {
                let first = messages.first().map(|(_, message)| &message.attributes);
                seen.entity = first.and_then(|attributes| attributes.get(attribute::ENTITY).cloned());
                self.send(messages, &trace_id).await
            }
        }
    }

    fn pair(&self, name: &str) -> Result<(&PairId, &Pair), Refusal> {
        let id: PairId = name.parse().map_err(|_| Refusal::UnknownPair)?;
        self.stage.pairs.get_key_value(&id).ok_or(Refusal::UnknownPair)
    }

    /// The work with the secrets that we hold; once more with fresh ones where a rotation may explain the refusal.
    async fn verified(&self, endpoint: Endpoint<'_>, incoming: Incoming<'_>) -> Result<Work, Refusal> {
        let unavailable = |error: SecretError| {
            tracing::error!(
                pair = %endpoint.pair, source = endpoint.source.as_str(), trace.id = incoming.trace_id,
                fault.class = error.why().as_str(), fault.message = %error, "No signing secret: {error}"
            );
            Refusal::SecretUnavailable
        };
        let secrets = self.signing.get(endpoint.source, endpoint.pair).await.map_err(unavailable)?;
        let first = work(endpoint, &self.routes, &secrets, incoming);
        match first.outcome {
            Err(Refusal::Signature { may_be_rotation: true, .. } | Refusal::SecretUnusable { .. }) => {
                let secrets =
                    self.signing.refresh(endpoint.source, endpoint.pair).await.map_err(unavailable)?;
                Ok(work(endpoint, &self.routes, &secrets, incoming))
            }
            _ => Ok(first),
        }
    }

    /// One message for each flow, side by side. All or nothing is said to the sender; a flow that got its message and
    /// gets it again finds its execution.
    async fn send(&self, messages: Vec<(FlowName, Message)>, trace_id: &str) -> Result<Ended, Refusal> {
        let flows: Vec<FlowName> = messages.iter().map(|(flow, _)| flow.clone()).collect();
        let sending = messages.into_iter().map(|(flow, message)| async {
            let queue = QueueName::Flow(flow);
            self.queue.send(&queue, message).await
        });
        let mut all_taken = true;
        for error in join_all(sending).await.into_iter().filter_map(Result::err) {
            tracing::error!(
                queue.name = %error.queue, trace.id = trace_id, fault.class = %error.class, fault.message = %error,
                "Not queued: {error}"
            );
            all_taken = false;
        }
        if all_taken { Ok(Ended::Queued(flows)) } else { Err(Refusal::QueueUnavailable) }
    }
}

/// `/webhooks/<source>/<pair>`, with the gateway's stage before it or not.
fn path(path: &str) -> Result<(Source, &str), Refusal> {
    let mut parts = path.rsplit('/');
    let (pair, source, webhooks) = (parts.next(), parts.next(), parts.next());
    let rest = parts.count();
    match (webhooks, source.and_then(Source::named), pair) {
        // What is left is the empty text before the first slash, and at most the stage's name.
        (Some("webhooks"), Some(source), Some(pair)) if (1..=2).contains(&rest) => Ok((source, pair)),
        _ => Err(Refusal::UnknownEndpoint),
    }
}

/// `?event=<name>`.
fn event_name(query: Option<&str>) -> Option<&str> {
    query?.split('&').find_map(|pair| pair.strip_prefix("event="))
}

/// The id that API Gateway gives every request, so that its log and ours tell one story.
///
/// Source: <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>
fn trace_id(headers: &HeaderMap) -> Option<String> {
    let header = headers.get("x-amzn-trace-id")?.to_str().ok()?;
    let root = header.split(';').find_map(|part| part.trim().strip_prefix("Root="))?;
    let is_plain = root.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (is_plain && !root.is_empty() && root.len() <= TRACE_BYTES_MAX).then(|| root.to_owned())
}

fn response(ended: &Ended) -> Response<Body> {
    let mut response = Response::new(Body::from(ended.text()));
    *response.status_mut() =
        StatusCode::from_u16(ended.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}
