//! What the warehouse sends: whether it comes from there (Standard Webhooks signatures over the raw bytes), and what it is about.
//!
//! Source: <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use canonical::EventId;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

/// The header that carries the delivery's id.
pub const ID_HEADER: &str = "webhook-id";
/// The header that carries the time of this try.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// The header that carries the signatures.
pub const SIGNATURE_HEADER: &str = "webhook-signature";
/// How far the header's time may lie from ours, before or after, seconds.
pub const TOLERANCE_S: u64 = 300;
/// Signing secrets that count: the current one, and the other while rotating.
pub const SECRETS_MAX: usize = 2;
/// Signatures of one header that are looked at.
pub const SIGNATURES_MAX: usize = 8;

/// The three headers of a delivery.
#[derive(Clone, Copy, Debug)]
pub struct Headers<'a> {
    /// `webhook-id`: the delivery's id, the same on every try.
    pub id: &'a str,
    /// `webhook-timestamp`: seconds since 1970, of this try.
    pub timestamp: &'a str,
    /// `webhook-signature`: `v1,<base64>`, several with a blank between.
    pub signature: &'a str,
}

/// Why a body is not taken for the warehouse's. Says nothing of the secret or the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum SignatureError {
    /// One of the three headers is not there.
    #[error("a webhook-id, webhook-timestamp or webhook-signature header is missing")]
    Missing,
    /// A header is empty or there twice, or the time is no number.
    #[error("a webhook-id, webhook-timestamp or webhook-signature header is malformed")]
    Malformed,
    /// Signed too long ago. Each try is signed anew, so this is a repetition by somebody else or a wrong clock.
    #[error("the signature is older than 300 s")]
    Stale,
    /// Signed in a time to come.
    #[error("the signature's time lies more than 300 s ahead")]
    Future,
    /// We hold no secret to check it with.
    #[error("there is no usable signing secret for this endpoint")]
    NoSecret,
    /// No signature fits the body under any of our secrets.
    #[error("no signature fits the body")]
    Mismatch,
}

impl SignatureError {
    /// The reason in snake case, as responses, logs and metrics name it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "signature_missing",
            Self::Malformed => "signature_malformed",
            Self::Stale => "signature_stale",
            Self::Future => "signature_future",
            Self::NoSecret => "signature_no_secret",
            Self::Mismatch => "signature_mismatch",
        }
    }

    /// Whether a secret that was rotated meanwhile could explain it.
    #[must_use]
    pub const fn may_be_rotation(self) -> bool {
        matches!(self, Self::Mismatch | Self::NoSecret)
    }
}

/// Verifies a body: some `v1` signature is the HMAC-SHA-256 of `<id>.<timestamp>.<body>` under one of the secrets
/// (`whsec_<base64>`, the decoded part is the key). Comparison is in constant time.
///
/// # Errors
/// Why it is refused.
pub fn verify(
    secrets: &[SecretString],
    headers: Headers<'_>,
    body: &[u8],
    now: Timestamp,
) -> Result<(), SignatureError> {
    let signed_at: i64 = headers.timestamp.parse().map_err(|_| SignatureError::Malformed)?;
    if headers.id.is_empty() || headers.signature.is_empty() {
        return Err(SignatureError::Malformed);
    }
    if now.as_second().abs_diff(signed_at) > TOLERANCE_S {
        let is_past = signed_at < now.as_second();
        return Err(if is_past { SignatureError::Stale } else { SignatureError::Future });
    }
    let keys: Vec<Vec<u8>> = secrets.iter().take(SECRETS_MAX).filter_map(key).collect();
    if keys.is_empty() {
        return Err(SignatureError::NoSecret);
    }
    let theirs = headers.signature.split(' ').take(SIGNATURES_MAX).filter_map(|one| one.strip_prefix("v1,"));
    let theirs: Vec<Vec<u8>> = theirs.filter_map(|text| STANDARD.decode(text).ok()).collect();
    let mut fits = Choice::from(0);
    for key in &keys {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { continue };
        for part in [headers.id.as_bytes(), b".", headers.timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        let ours = mac.finalize().into_bytes();
        for their in &theirs {
            fits |= ours.as_slice().ct_eq(their);
        }
    }
    if bool::from(fits) { Ok(()) } else { Err(SignatureError::Mismatch) }
}

/// Whether a signing secret is of a form that signatures can be checked with.
#[must_use]
pub fn is_usable(secret: &SecretString) -> bool {
    key(secret).is_some()
}

fn key(secret: &SecretString) -> Option<Vec<u8>> {
    let key = STANDARD.decode(secret.expose_secret().strip_prefix("whsec_")?).ok()?;
    (!key.is_empty()).then_some(key)
}

/// What a verified body is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The event's id: the same on every try.
    pub id: EventId,
    /// `shipment.created`, …; the list is open.
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
    /// JSON without an id and a type.
    #[error("the body is not an event of the warehouse: id or type is missing or has another form")]
    NotANotice,
}

impl NoticeError {
    /// The reason in snake case, as responses, logs and metrics name it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotJson { .. } => "broken_json",
            Self::NotANotice => "not_an_event",
        }
    }
}

#[derive(Deserialize)]
struct Wire {
    id: EventId,
    #[serde(rename = "type")]
    event_type: String,
}

/// Longest type that is taken, in bytes.
const TYPE_LENGTH_MAX: usize = 200;

impl Notice {
    /// Reads a verified body.
    ///
    /// # Errors
    /// No JSON, or no notice.
    pub fn parse(body: &str) -> Result<Self, NoticeError> {
        let wire: Wire = serde_json::from_str(body).map_err(|error| {
            if error.is_data() {
                NoticeError::NotANotice
            } else {
                NoticeError::NotJson { line: error.line(), column: error.column() }
            }
        })?;
        let event_type = wire.event_type;
        let is_plain = event_type.bytes().all(|byte| byte.is_ascii_graphic());
        if event_type.is_empty() || event_type.len() > TYPE_LENGTH_MAX || !is_plain {
            return Err(NoticeError::NotANotice);
        }
        Ok(Self { id: wire.id, event_type })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The example of the Standard Webhooks specification's test suites.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNED: Headers<'_> = Headers {
        id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp: "1614265330",
        signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn check(secrets: &[&str], headers: Headers<'_>, body: &[u8], now: i64) -> Result<(), SignatureError> {
        let secrets: Vec<SecretString> = secrets.iter().map(|secret| SecretString::from(*secret)).collect();
        verify(&secrets, headers, body, at(now))
    }

    #[test]
    fn what_the_warehouse_signed_is_taken_under_either_secret() {
        let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        assert_eq!(check(&[SECRET], SIGNED, BODY, 1_614_265_330), Ok(()));
        assert_eq!(check(&[other, SECRET], SIGNED, BODY, 1_614_265_630), Ok(()));
        let two = format!("v1,AAAA {} v2,x", SIGNED.signature);
        assert_eq!(check(&[SECRET], Headers { signature: &two, ..SIGNED }, BODY, 1_614_265_330), Ok(()));
    }

    #[test]
    fn what_is_old_foreign_or_malformed_is_refused() {
        assert_eq!(check(&[SECRET], SIGNED, BODY, 1_614_265_631), Err(SignatureError::Stale));
        assert_eq!(check(&[SECRET], SIGNED, BODY, 1_614_265_029), Err(SignatureError::Future));
        assert_eq!(check(&[], SIGNED, BODY, 1_614_265_330), Err(SignatureError::NoSecret));
        assert_eq!(check(&["whsec_"], SIGNED, BODY, 1_614_265_330), Err(SignatureError::NoSecret));
        let unsigned = Headers { signature: "", ..SIGNED };
        assert_eq!(check(&[SECRET], unsigned, BODY, 1_614_265_330), Err(SignatureError::Malformed));
        let when = Headers { timestamp: "soon", ..SIGNED };
        assert_eq!(check(&[SECRET], when, BODY, 1_614_265_330), Err(SignatureError::Malformed));
    }

    proptest! {
        #[test]
        fn any_other_byte_is_refused(at_byte in 0..BODY.len(), flip in 1_u8..=255) {
            let mut body = BODY.to_vec();
            body[at_byte] ^= flip;
            prop_assert_eq!(check(&[SECRET], SIGNED, &body, 1_614_265_330), Err(SignatureError::Mismatch));
        }

        #[test]
        fn no_header_makes_it_panic(id in "\\PC{0,20}", timestamp in "\\PC{0,20}", signature in "\\PC{0,80}") {
            let headers = Headers { id: &id, timestamp: &timestamp, signature: &signature };
            prop_assert!(check(&[SECRET], headers, BODY, 1_614_265_330).is_err());
        }
    }
}
