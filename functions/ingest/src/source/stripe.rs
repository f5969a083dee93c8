//! Stripe: signs with a time, names account and mode.

use secrecy::SecretString;
use stripe::event::{Envelope, Form};
use stripe::webhook::{self, SignatureError};

use super::{Event, one_header};
use crate::outcome::{Refusal, Skip};
use crate::work::{Endpoint, Incoming};

pub(super) fn verify(secrets: &[SecretString], incoming: Incoming<'_>) -> Result<(), Refusal> {
    one_header(incoming.headers, webhook::SIGNATURE_HEADER)
        .map_err(|_| SignatureError::Malformed)
        .and_then(|header| webhook::verify(secrets, header, incoming.body, incoming.received_at))
        .map_err(|error| Refusal::Signature {
            reason: error.code(),
            message: error.to_string(),
            may_be_rotation: error.may_be_rotation(),
        })
}

pub(super) fn event(endpoint: Endpoint<'_>, text: &str) -> Result<Event, Refusal> {
    let envelope = Envelope::parse(text)
        .map_err(|error| Refusal::Event { reason: error.code(), message: error.to_string() })?;
    let verdict = verdict(endpoint, &envelope);
    Ok(Event { id: envelope.id, event_type: envelope.event_type, verdict })
}

fn verdict(endpoint: Endpoint<'_>, envelope: &Envelope) -> Result<Option<Skip>, Refusal> {
    if !endpoint.mode.accepts(envelope.livemode) {
        return Ok(Some(Skip::Mode));
    }
    if envelope.account.as_ref().is_some_and(|account| account != endpoint.account) {
        return Err(Refusal::WrongAccount);
    }
    Ok((envelope.form == Form::Thin).then_some(Skip::ThinEvent))
}
