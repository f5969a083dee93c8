//! Ingest's own work on an event: verify, read, route, encode. A pure function of bytes, secrets and time, so that a
//! bench can measure it and a property test can try to get past it.

use canonical::{EventId, PairId, StripeAccount};
use environment::Mode;
use flow::route::{BODY_BYTES_MAX, Received, Route, Routes};
use jiff::Timestamp;
use lambda_http::http::HeaderMap;
use secrecy::SecretString;

use crate::outcome::{Accepted, Refusal, Skip};
use crate::source::{Event, Source};

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
                Ok(None) => match routes.find(endpoint.source.as_str(), &event_type) {
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
    let received = Received {
        pair: endpoint.pair,
        source: endpoint.source.as_str(),
        event: id,
        event_type,
        received_at: incoming.received_at,
        trace_id: incoming.trace_id,
        body: text,
    };
    let deliveries = route.deliveries(received).map_err(|_| Refusal::TooLarge)?.into_iter();
    Ok(Accepted::Queue(deliveries.map(|(flow, delivery)| (flow, delivery.to_message())).collect()))
}
