//! What came back.

use canonical::redact;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;

use crate::text::readable;
use crate::{Effect, Error};

/// Characters of a body that an error or a log may show, redacted.
const EXCERPT_MAX: usize = 300;
/// Longest `Retry-After` that is believed.
const RETRY_AFTER_MAX: SignedDuration = SignedDuration::from_hours(1);

/// An answer, whatever its status. Not `Debug`: bodies hold personal data.
#[derive(Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Header names in lower case, and values; those that are no text are left out.
    pub headers: Vec<(String, String)>,
    /// The body, at most the client's limit.
    pub body: Vec<u8>,
    pub(crate) system: &'static str,
    pub(crate) action: String,
    pub(crate) effect: Effect,
    pub(crate) received_at: Timestamp,
}

impl Answer {
    /// A header's value, by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }

    /// Whether the status is 2xx.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// How long the other side asks us to wait: seconds, or an HTTP date. At most an hour.
    #[must_use]
    pub fn retry_after(&self) -> Option<SignedDuration> {
        let text = self.header("retry-after")?.trim();
        let asked = match text.parse::<i64>() {
            Ok(seconds) => SignedDuration::from_secs(seconds),
            Err(_) => {
                let date = jiff::fmt::rfc2822::parse(text).ok()?;
                date.timestamp().duration_since(self.received_at)
            }
        };
        Some(asked.clamp(SignedDuration::ZERO, RETRY_AFTER_MAX))
    }

    /// Whether the body is a web page, whatever the status says.
    #[must_use]
    pub fn is_html(&self) -> bool {
        let declared = self.header("content-type").is_some_and(|kind| kind.contains("text/html"));
        let start: Vec<u8> = self.body.iter().copied().skip_while(u8::is_ascii_whitespace).take(14).collect();
        let start = String::from_utf8_lossy(&start).to_ascii_lowercase();
        (declared && start.starts_with('<'))
            || start.starts_with("<!doctype html")
            || start.starts_with("<html")
    }

    /// The beginning of the body as a log may show it: tags stripped, redacted, cut.
    #[must_use]
    pub fn excerpt(&self) -> String {
        let text = String::from_utf8_lossy(&self.body[..self.body.len().min(8 * EXCERPT_MAX)]);
        readable(&text, EXCERPT_MAX)
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// A web page instead of JSON, or JSON of another form. Of a write it is not known what was done: what said so cannot
    /// be read.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let problem = if self.is_html() {
            "a web page".to_owned()
        } else {
            match serde_json::from_slice(&self.body) {
                Ok(value) => return Ok(value),
                Err(error) => redact(&error.to_string(), EXCERPT_MAX),
            }
        };
        let (system, action, status) = (self.system, self.action.clone(), self.status);
        let is_html = self.is_html();
        Err(match self.effect {
            Effect::Write => Error::UnreadableAnswerToWrite { system, action, status, is_html, problem },
            Effect::Read if is_html => Error::Html { system, action, status },
            Effect::Read => Error::NotJson { system, action, status, problem },
        })
    }
}
