//! What was answered under an `Idempotency-Key` (docs.stripe.com/api/idempotent_requests).

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::error::Refusal;
use crate::clock;
use crate::reply::Reply;

/// How long an answer is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// Longest key, characters.
const KEY_CHARS_MAX: usize = 255;

/// What to do with a request.
#[derive(Debug)]
pub(crate) enum Begin {
    Run,
    Replay { reply: Reply, original: String },
    Refused(Refusal),
}

#[derive(Debug)]
struct Entry {
    fingerprint: String,
    request_id: String,
    at: Timestamp,
    reply: Option<Reply>,
}

/// The keys of one account.
#[derive(Debug, Default)]
pub(crate) struct Keys(HashMap<String, Entry>);

impl Keys {
    /// Claims a key.
    pub(crate) fn begin(&mut self, key: &str, fingerprint: &str, request_id: &str) -> Begin {
        if key.chars().count() > KEY_CHARS_MAX {
            let message = format!("Idempotency keys may have at most {KEY_CHARS_MAX} characters.");
            return Begin::Refused(Refusal::idempotency(400, None, message));
        }
        let now = clock::now();
        self.0.retain(|_, entry| entry.reply.is_none() || now.duration_since(entry.at) < KEPT);
        match self.0.get(key) {
            None => {
                let (fingerprint, request_id) = (fingerprint.to_owned(), request_id.to_owned());
                self.0.insert(key.to_owned(), Entry { fingerprint, request_id, at: now, reply: None });
                Begin::Run
            }
            Some(entry) if entry.fingerprint != fingerprint => Begin::Refused(Refusal::idempotency(
                400,
                None,
                format!(
                    "Keys for idempotent requests can only be used with the same parameters they were first used \
                     with. Try using a key other than '{key}' if you meant to execute a different request."
                ),
            )),
            Some(Entry { reply: None, .. }) => Begin::Refused(Refusal::idempotency(
                409,
                Some("idempotency_key_in_use"),
                format!("There is currently another in-progress request using this Idempotent Key: {key}"),
            )),
            Some(Entry { reply: Some(reply), request_id, .. }) => {
                Begin::Replay { reply: reply.clone(), original: request_id.clone() }
            }
        }
    }

    /// Stores the answer. What was refused before it was carried out is not stored: the key can be used again.
    pub(crate) fn end(&mut self, key: &str, reply: &Reply) {
        let stored = matches!(reply.status.as_u16(), 200..=299 | 402 | 500..=599);
        if stored {
            if let Some(entry) = self.0.get_mut(key) {
                entry.reply = Some(reply.clone());
            }
        } else {
            self.0.remove(key);
        }
    }
}
