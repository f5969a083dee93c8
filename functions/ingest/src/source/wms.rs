//! The warehouse: Standard Webhooks, with a time and a delivery's id in the signature.

use secrecy::SecretString;
use wms::webhook::{self, Headers, SignatureError};

use super::{Event, one_header, refused, unusable};
use crate::outcome::Refusal;
use crate::work::Incoming;

pub(super) fn verify(secrets: &[SecretString], incoming: Incoming<'_>) -> Result<(), Refusal> {
    headers(incoming)
        .and_then(|headers| webhook::verify(secrets, headers, incoming.body, incoming.received_at))
        .map_err(|error| match error {
            SignatureError::NoSecret => unusable(error.code(), &error),
            _ => refused(error.code(), &error, error.may_be_rotation()),
        })
}

fn headers(incoming: Incoming<'_>) -> Result<Headers<'_>, SignatureError> {
    let one = |name| match one_header(incoming.headers, name) {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Err(SignatureError::Missing),
        Err(_) => Err(SignatureError::Malformed),
    };
    Ok(Headers {
        id: one(webhook::ID_HEADER)?,
        timestamp: one(webhook::TIMESTAMP_HEADER)?,
        signature: one(webhook::SIGNATURE_HEADER)?,
    })
}

pub(super) fn event(text: &str) -> Result<Event, Refusal> {
    let notice = webhook::Notice::parse(text)
        .map_err(|error| Refusal::Event { reason: error.code(), message: error.to_string() })?;
    Ok(Event { id: notice.id, event_type: notice.event_type, verdict: Ok(None) })
}
