//! What a shop sends by the module aligent/magento-async-events (Magento Open Source sends nothing by itself): whether it comes from
//! the shop, and what it is about.
//!
//! Source: `Service/AsyncEvent/{HttpNotifier,EventDispatcher}.php` of <https://github.com/aligent/magento-async-events>. The
//! signature is over the body alone: no time, no delivery's id and no event's name are in it. So there is no window in which a
//! repetition would be refused; instead the body itself is the event's id, which makes a repetition the same event, and a flow takes
//! from it no more than which order to read.

use canonical::EventId;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// The header that carries the signature.
pub const SIGNATURE_HEADER: &str = "x-magento-signature";
/// Verification tokens that count: the current one, and the other while rotating.
pub const SECRETS_MAX: usize = 2;

const SIGNATURE_BYTES: usize = 32;
/// Longest event name that is taken, in bytes.
const NAME_LENGTH_MAX: usize = 200;

/// Why a body is not taken for the shop's. Says nothing of the token or the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum SignatureError {
    /// No header.
    #[error("the x-magento-signature header is missing")]
    Missing,
    /// Not 64 digits of lower-case hex, or there twice.
    #[error("the x-magento-signature header is malformed")]
    Malformed,
    /// We hold no token to check it with.
    #[error("there is no verification token for this endpoint")]
    NoSecret,
    /// The signature does not fit the body under any of our tokens.
    #[error("the signature does not fit the body")]
    Mismatch,
}

impl SignatureError {
    /// The reason in snake case, as responses, logs and metrics name it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "signature_missing",
            Self::Malformed => "signature_malformed",
            Self::NoSecret => "signature_no_secret",
            Self::Mismatch => "signature_mismatch",
        }
    }

    /// Whether a token that was rotated meanwhile could explain it.
    #[must_use]
    pub const fn may_be_rotation(self) -> bool {
        matches!(self, Self::Mismatch | Self::NoSecret)
    }
}

/// Verifies a body: the header is the HMAC-SHA-256 of the raw bytes under one of the tokens, in lower-case hex. Comparison is in
/// constant time.
///
/// # Errors
/// Why it is refused; the cheap reasons first.
pub fn verify(secrets: &[SecretString], header: Option<&str>, body: &[u8]) -> Result<(), SignatureError> {
    let theirs = decode(header.ok_or(SignatureError::Missing)?).ok_or(SignatureError::Malformed)?;
    let usable = secrets.iter().take(SECRETS_MAX).filter(|secret| is_usable(secret));
    let mut usable = usable.map(ExposeSecret::expose_secret).peekable();
    if usable.peek().is_none() {
        return Err(SignatureError::NoSecret);
    }
    let mut fits = Choice::from(0);
    for secret in usable {
        // An HMAC takes a key of any length: the error cannot happen, and refuses if it does.
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
        let mut mac = mac.map_err(|_| SignatureError::NoSecret)?;
        mac.update(body);
        fits |= mac.finalize().into_bytes().as_slice().ct_eq(&theirs);
    }
    if bool::from(fits) { Ok(()) } else { Err(SignatureError::Mismatch) }
}

/// Whether a signing secret is of a form that signatures can be checked with.
#[must_use]
pub fn is_usable(secret: &SecretString) -> bool {
    !secret.expose_secret().is_empty()
}

/// Lower-case hex only, as PHP writes it, so that one signature has one spelling.
fn decode(text: &str) -> Option<[u8; SIGNATURE_BYTES]> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let mut bytes = [0; SIGNATURE_BYTES];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}

/// What a verified body is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// `mag_` and the SHA-256 of name and body: the same for every try of the shop's.
    pub id: EventId,
    /// The shop's own name of the event (`sales.order.created`).
    pub event_type: String,
}

/// A body that is no notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    /// Not JSON. Says where, never what.
    #[error("the body is not JSON (line {line}, column {column})")]
    NotJson {
        /// From 1.
        line: usize,
        /// From 1; 0 before the first character.
        column: usize,
    },
    /// JSON without `data`.
    #[error("the body is not an event of magento-async-events: data is missing")]
    NotANotice,
    /// The endpoint's URL does not say which event it is for.
    #[error("the URL names no event; let the subscription's recipient_url end in ?event=<its event_name>")]
    NoName,
}

impl NoticeError {
    /// The reason in snake case, as responses, logs and metrics name it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotJson { .. } => "broken_json",
            Self::NotANotice => "not_an_event",
            Self::NoName => "event_name_missing",
        }
    }
}

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

impl Notice {
    /// Reads a verified body, of which the URL says the event's name. The name is not signed: whoever repeats a body under another
    /// name makes a flow read an order that we were told of already.
    ///
    /// # Errors
    /// No JSON, no notice, or no name.
    pub fn parse(name: Option<&str>, body: &str) -> Result<Self, NoticeError> {
        let wire: Wire = serde_json::from_str(body).map_err(|error| {
            if error.is_data() {
                NoticeError::NotANotice
            } else {
                NoticeError::NotJson { line: error.line(), column: error.column() }
            }
        })?;
        if wire.data.is_none_or(|data| data.get() == "null") {
            return Err(NoticeError::NotANotice);
        }
        let is_name = |name: &&str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
            !name.is_empty() && name.len() <= NAME_LENGTH_MAX && name.bytes().all(plain)
        };
        let name = name.filter(is_name).ok_or(NoticeError::NoName)?;
        let digest = Sha256::new().chain_update(name).chain_update([0]).chain_update(body).finalize();
        let id = EventId::try_from(format!("mag_{}", hex::encode(digest)));
        Ok(Self { id: id.map_err(|_| NoticeError::NotANotice)?, event_type: name.to_owned() })
    }
}
