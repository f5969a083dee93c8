//! Whether a webhook's body comes from Stripe: the `Stripe-Signature` header over the raw bytes.
//!
//! Source: <https://docs.stripe.com/webhooks/signature> and `stripe/_webhook.py` of the official Python library 16.1.0.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

/// The header that carries the signature.
pub const SIGNATURE_HEADER: &str = "stripe-signature";
/// How far the header's time may lie from ours, before or after, seconds. (The official libraries let the future pass.)
pub const TOLERANCE_S: u64 = 300;
/// Signing secrets that count: the current one, and the other while rotating.
pub const SECRETS_MAX: usize = 2;
/// Signatures of one header that are looked at: Stripe sends one for each active secret.
pub const SIGNATURES_MAX: usize = 8;

const SIGNATURE_BYTES: usize = 32;

/// Why a body is not taken for Stripe's. Says nothing of the secret or the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum SignatureError {
    /// No header.
    #[error("the Stripe-Signature header is missing")]
    Missing,
    /// Not one integer `t` and at least one `v1`, or not of the form `name=value,…`.
    #[error("the Stripe-Signature header is malformed")]
    Malformed,
    /// Signed too long ago. Stripe signs each attempt anew, so this is a repetition by somebody else or a wrong clock.
    #[error("the signature is older than 300 s")]
    Stale,
    /// Signed in a time to come.
    #[error("the signature's time lies more than 300 s ahead")]
    Future,
    /// We hold no secret to check it with.
    #[error("there is no signing secret for this endpoint")]
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

/// Verifies a body: some `v1` of the header is the HMAC-SHA-256 of `<t>.<body>` under one of the secrets (the whole
/// `whsec_…` text is the key), and `t` is near `now`. Other schemes (`v0`) count for nothing. Comparison is in constant
/// time.
///
/// ```
/// use secrecy::SecretString;
/// use stripe::webhook::{SignatureError, sign, verify};
/// let (secret, now) = (SecretString::from("whsec_doc"), jiff::Timestamp::from_second(1_700_000_000)?);
/// let header = sign(&secret, b"{}", now);
/// assert_eq!(verify(std::slice::from_ref(&secret), Some(&header), b"{}", now), Ok(()));
/// assert_eq!(verify(&[secret], Some(&header), b"{ }", now), Err(SignatureError::Mismatch));
/// # Ok::<(), jiff::Error>(())
/// ```
///
/// # Errors
/// Each reason of [`SignatureError`]; the cheap ones first.
pub fn verify(
    secrets: &[SecretString],
    header: Option<&str>,
    body: &[u8],
    now: Timestamp,
) -> Result<(), SignatureError> {
    let header = Header::parse(header.ok_or(SignatureError::Missing)?)?;
    let age = i128::from(now.as_second()) - i128::from(header.time);
    if age > i128::from(TOLERANCE_S) {
        return Err(SignatureError::Stale);
    }
    if -age > i128::from(TOLERANCE_S) {
        return Err(SignatureError::Future);
    }
    let mut usable =
        secrets.iter().filter(|secret| is_usable(secret)).map(ExposeSecret::expose_secret).peekable();
    if usable.peek().is_none() {
        return Err(SignatureError::NoSecret);
    }
    let mut fits = Choice::from(0);
    for secret in usable.take(SECRETS_MAX) {
        let expected = digest(secret, header.time_text, body)?;
        for signature in &header.signatures[..header.signature_count] {
            fits |= expected.ct_eq(signature);
        }
    }
    if bool::from(fits) { Ok(()) } else { Err(SignatureError::Mismatch) }
}

/// Whether a signing secret is of a form that signatures can be checked with.
#[must_use]
pub fn is_usable(secret: &SecretString) -> bool {
    !secret.expose_secret().is_empty()
}

/// The header for a body, as Stripe sends it: for the sandbox, `tillbridge send` and tests.
#[must_use]
pub fn sign(secret: &SecretString, body: &[u8], at: Timestamp) -> String {
    let time = at.as_second().to_string();
    let digest = digest(secret.expose_secret(), &time, body).unwrap_or_default();
    format!("t={time},v1={}", hex::encode(digest))
}

fn digest(secret: &str, time: &str, body: &[u8]) -> Result<[u8; SIGNATURE_BYTES], SignatureError> {
    // An HMAC takes a key of any length: the error cannot happen, and refuses if it does.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| SignatureError::NoSecret)?;
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    Ok(mac.finalize().into_bytes().into())
}

struct Header<'a> {
    time: i64,
    /// As written: this text is signed, not the number.
    time_text: &'a str,
    signatures: [[u8; SIGNATURE_BYTES]; SIGNATURES_MAX],
    signature_count: usize,
}

impl<'a> Header<'a> {
    fn parse(text: &'a str) -> Result<Self, SignatureError> {
        let mut time = None;
        let mut signatures = [[0; SIGNATURE_BYTES]; SIGNATURES_MAX];
        let mut signature_count = 0;
        let mut saw_v1 = false;
        for part in text.split(',') {
            let (name, value) = part.split_once('=').ok_or(SignatureError::Malformed)?;
            match name {
                "t" if time.is_some() => return Err(SignatureError::Malformed),
                "t" => time = Some((seconds(value)?, value)),
                "v1" => {
                    saw_v1 = true;
                    // Bad hex or another length is no match, not an error.
                    if let (Some(signature), Some(place)) =
                        (decode(value), signatures.get_mut(signature_count))
                    {
                        *place = signature;
                        signature_count += 1;
                    }
                }
                _ => {}
            }
        }
        match time {
            Some((time, time_text)) if saw_v1 => Ok(Self { time, time_text, signatures, signature_count }),
            _ => Err(SignatureError::Malformed),
        }
    }
}

fn seconds(text: &str) -> Result<i64, SignatureError> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().map_err(|_| SignatureError::Malformed)
    } else {
        Err(SignatureError::Malformed)
    }
}

/// Lower-case hex only, as Stripe writes it, so that one signature has one spelling.
fn decode(text: &str) -> Option<[u8; SIGNATURE_BYTES]> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let mut bytes = [0; SIGNATURE_BYTES];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}
