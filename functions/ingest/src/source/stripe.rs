//! Stripe: signs with a time, names account and mode.

use secrecy::SecretString;
use stripe::event::{Envelope, NotOurs};
use stripe::webhook::{self, SignatureError};

use super::{Event, one_header, refused, unusable};
use crate::outcome::{Refusal, Skip};
use crate::work::{Endpoint, Incoming};

pub(super) fn verify(secrets: &[SecretString], incoming: Incoming<'_>) -> Result<(), Refusal> {
    one_header(incoming.headers, webhook::SIGNATURE_HEADER)
        .map_err(|_| SignatureError::Malformed)
        .and_then(|header| webhook::verify(secrets, header, incoming.body, incoming.received_at))
        .map_err(|error| match error {
            SignatureError::NoSecret => unusable(error.code(), &error),
            _ => refused(error.code(), &error, error.may_be_rotation()),
        })
}

pub(super) fn event(endpoint: Endpoint<'_>, text: &str) -> Result<Event, Refusal> {
    let envelope = Envelope::parse(text)
        .map_err(|error| Refusal::Event { reason: error.code(), message: error.to_string() })?;
    let verdict = verdict(endpoint, &envelope);
    Ok(Event { id: envelope.id, event_type: envelope.event_type, verdict })
}

fn verdict(endpoint: Endpoint<'_>, envelope: &Envelope) -> Result<Option<Skip>, Refusal> {
    match envelope.not_ours(endpoint.account, endpoint.mode.is_live()) {
        None => Ok(None),
        Some(NotOurs::Mode) => Ok(Some(Skip::Mode)),
        Some(NotOurs::Thin) => Ok(Some(Skip::ThinEvent)),
        Some(NotOurs::Account) => Err(Refusal::WrongAccount),
    }
}
