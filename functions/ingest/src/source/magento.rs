//! Magento: signs the body alone, and says neither which event it is nor which delivery.

use magento::webhook::{self, SignatureError};
use secrecy::SecretString;

use super::{Event, one_header, refused, unusable};
use crate::outcome::Refusal;
use crate::work::Incoming;

pub(super) fn verify(secrets: &[SecretString], incoming: Incoming<'_>) -> Result<(), Refusal> {
    one_header(incoming.headers, webhook::SIGNATURE_HEADER)
        .map_err(|_| SignatureError::Malformed)
        .and_then(|header| webhook::verify(secrets, header, incoming.body))
        .map_err(|error| match error {
            SignatureError::NoSecret => unusable(error.code(), &error),
            _ => refused(error.code(), &error, error.may_be_rotation()),
        })
}

pub(super) fn event(name: Option<&str>, text: &str) -> Result<Event, Refusal> {
    let notice = webhook::Notice::parse(name, text)
        .map_err(|error| Refusal::Event { reason: error.code(), message: error.to_string() })?;
    Ok(Event { id: notice.id, event_type: notice.event_type, verdict: Ok(None) })
}
