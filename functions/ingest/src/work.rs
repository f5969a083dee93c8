//! Ingest's own work on an event: verify, read, route, encode. A pure function of bytes, secrets and time, so that a
//! bench can measure it and a property test can try to get past it.

use canonical::{EventId, PairId, StripeAccount};
use environment::Mode;
use flow::Delivery;
use flow::delivery::sqs_id;
use jiff::Timestamp;
use lambda_http::http::HeaderMap;
use secrecy::SecretString;

use crate::encode::sqs_text;
use crate::outcome::{Accepted, Refusal, Skip};
use crate::route::{Route, Routes};
use crate::source::{Event, Source};

/// Largest body that is taken: with its attributes it fits an SQS message (1 MiB). The sweep brings larger ones.
pub const BODY_BYTES_MAX: usize = 900 * 1024;
/// Largest message body after escaping.
const MESSAGE_BYTES_MAX: usize = 1_000 * 1024;
/// Longest `<kind>:<id>` that travels as it is, in bytes.
const ENTITY_BYTES_MAX: usize = 300;

/// Whose endpoint it is.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint<'a> {
    /// Who sends.
    pub source: Source,
    /// For which pair.
    pub pair: &'a PairId,
    /// The pair's Stripe account: events of others are refused.
    pub account: &'a StripeAccount,
    /// The stage's mode: events of the other are skipped.
    pub mode: Mode,
}

/// A request, before anything of it is believed.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its bytes as they were sent.
    pub body: &'a [u8],
    /// What its URL calls the event, for a source whose body does not say.
    pub event_name: Option<&'a str>,
    /// When it came.
    pub received_at: Timestamp,
    /// One id from here to the last step.
    pub trace_id: &'a str,
}

/// What became of a request, and what is known of its event once the signature was found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// The event's id, where it is known.
    pub event: Option<EventId>,
    /// The event's type, where it is known.
    pub event_type: Option<String>,
    /// What is to be done.
    pub outcome: Result<Accepted, Refusal>,
}

/// Verifies the raw bytes, then reads the envelope, then decides. Nothing is parsed before it is verified.
#[must_use]
pub fn work(
    endpoint: Endpoint<'_>,
    routes: &Routes,
    secrets: &[SecretString],
    incoming: Incoming<'_>,
) -> Work {
    let read = || {
        if incoming.body.len() > BODY_BYTES_MAX {
            return Err(Refusal::TooLarge);
        }
        endpoint.source.verify(secrets, incoming)?;
        let text = std::str::from_utf8(incoming.body).map_err(|_| Refusal::Event {
            reason: "broken_json",
            message: "the body is not UTF-8".to_owned(),
        })?;
        Ok((endpoint.source.event(endpoint, incoming, text)?, text))
    };
    match read() {
        Err(refusal) => Work { event: None, event_type: None, outcome: Err(refusal) },
        Ok((Event { id, event_type, verdict }, text)) => {
            let outcome = match verdict {
                Err(refusal) => Err(refusal),
                Ok(Some(skip)) => Ok(Accepted::Skip(skip)),
                Ok(None) => match routes.find(endpoint.source, &event_type) {
                    None => Ok(Accepted::Skip(Skip::UnknownType)),
                    Some(route) => messages(endpoint, route, incoming, (&id, &event_type), text),
                },
            };
            Work { event: Some(id), event_type: Some(event_type), outcome }
        }
    }
}

fn messages(
    endpoint: Endpoint<'_>,
    route: &Route,
    incoming: Incoming<'_>,
    (id, event_type): (&EventId, &str),
    text: &str,
) -> Result<Accepted, Refusal> {
    let body = sqs_text(text);
    if body.len() > MESSAGE_BYTES_MAX {
        return Err(Refusal::TooLarge);
    }
    // The envelope was read, so this is JSON; what cannot be picked (nested too deep) is about the event itself.
    let picked = route.wanted.read(text).unwrap_or_default();
    let messages = route.flows.iter().map(|(flow, trigger)| {
        let entity = trigger.entity_of(&picked).unwrap_or_else(|| format!("event:{id}"));
        let delivery = Delivery {
            pair: endpoint.pair.clone(),
            source: endpoint.source.as_str().to_owned(),
            event: id.clone(),
            event_type: event_type.to_owned(),
            entity: attribute(entity),
            received_at: incoming.received_at,
            trace_id: incoming.trace_id.to_owned(),
            replay: None,
            park: None,
            receive_count: 0,
            body: body.clone().into_owned(),
        };
        (flow.clone(), delivery.to_message())
    });
    Ok(Accepted::Queue(messages.collect()))
}

/// An entity as a message attribute and in logs: an id with anything in it but letters, digits and signs becomes its
/// SHA-256.
fn attribute(entity: String) -> String {
    let is_plain = entity.len() <= ENTITY_BYTES_MAX && entity.bytes().all(|byte| byte.is_ascii_graphic());
    if is_plain { entity } else { sqs_id(format!("\u{1}{entity}")) }
}
