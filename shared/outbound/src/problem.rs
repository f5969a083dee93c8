//! Refusals in the form of RFC 9457, `application/problem+json`, and what each means.

use std::collections::BTreeMap;
use std::fmt;

use flow::{Class, Fault};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::Value;

use crate::text::readable;
use crate::{Answer, Effect};

/// Characters of prose that are kept, redacted.
const DETAIL_CHARS_MAX: usize = 300;
/// Characters of a code.
const CODE_CHARS_MAX: usize = 60;
/// Fields that are kept.
const PARTS_MAX: usize = 20;
/// Characters of a field's path or of a further member.
const PART_CHARS_MAX: usize = 100;
/// Further members that are kept: what a person corrects by. Any other may hold a name, which no pattern finds.
const FACTS: [&str; 5] = ["computed", "difference", "existing_hash", "first_open", "left"];

/// A field that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Where, as a JSON pointer into what was sent.
    pub path: String,
    /// What is wrong with it, in snake case.
    pub code: String,
}

/// An answer that is not 2xx. Its text is redacted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What was tried, as errors name it.
    pub action: String,
    /// Whether the request would have changed something.
    pub effect: Effect,
    /// The HTTP status.
    pub status: u16,
    /// The other side's own code in snake case; where it gave none, one by the status.
    pub code: String,
    /// Its prose.
    pub detail: String,
    /// The fields that it names.
    pub fields: Vec<Field>,
    /// What else it says of what we know the name of (`first_open`, `difference`), as text.
    pub facts: BTreeMap<String, String>,
    /// Its id of the request.
    pub request_id: Option<String>,
    /// How long it asks us to wait.
    pub retry_after: Option<SignedDuration>,
    /// Whether it is a web page, which comes from something before the system.
    pub is_html: bool,
}

#[derive(Default, Deserialize)]
struct Body {
    title: Option<String>,
    code: Option<String>,
    detail: Option<String>,
    #[serde(default)]
    errors: Vec<BodyField>,
    request_id: Option<String>,
    #[serde(flatten)]
    more: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct BodyField {
    #[serde(default)]
    path: String,
    #[serde(default)]
    code: String,
}

impl Problem {
    /// Reads a refusal, whatever its form.
    #[must_use]
    pub fn read(action: &str, effect: Effect, answer: &Answer) -> Self {
        let is_html = answer.is_html();
        let body: Option<Body> = (!is_html).then(|| serde_json::from_slice(&answer.body).ok()).flatten();
        let known = body.is_some();
        let body = body.unwrap_or_default();
        let detail = match body.detail.or(body.title) {
            Some(detail) => readable(&detail, DETAIL_CHARS_MAX),
            None if known => String::new(),
            None => answer.excerpt(),
        };
        let code = body.code.as_deref().map(snake).filter(|code| !code.is_empty());
        let fields = body
            .errors
            .into_iter()
            .take(PARTS_MAX)
            .map(|field| Field { path: readable(&field.path, PART_CHARS_MAX), code: snake(&field.code) });
        let more = body.more.into_iter().filter(|(name, _)| FACTS.contains(&name.as_str()));
        let request_id = answer.header("x-request-id").map(str::to_owned).or(body.request_id);
        Self {
            action: action.to_owned(),
            effect,
            status: answer.status,
            code: code.unwrap_or_else(|| default_code(answer.status, is_html).to_owned()),
            detail,
            fields: fields.collect(),
            facts: more.map(|(name, value)| (name, shown(&value))).collect(),
            request_id: request_id.map(|id| readable(&id, PART_CHARS_MAX)),
            retry_after: answer.retry_after(),
            is_html,
        }
    }

    /// What the engine does, by the status alone; a connector that knows a code better says so first.
    #[must_use]
    pub const fn class(&self) -> Class {
        match (self.status, self.effect) {
            (401, _) => Class::Auth,
            (429, _) => Class::Throttled,
            (503, _) if self.retry_after.is_some() => Class::Throttled,
            (408 | 500..=599, Effect::Write) => Class::UnknownOutcome,
            (408 | 425 | 500..=599, _) => Class::Transient,
            // A page with a 4xx comes from a proxy or a wall before the system: nothing was done.
            _ if self.is_html => Class::Transient,
            (403, _) => Class::Permission,
            (404 | 410, _) => Class::NotFound,
            (409 | 412, _) => Class::Conflict,
            _ => Class::Validation,
        }
    }

    /// The fault of it: class, code, status, request id and what it says; to the log goes all but its prose.
    #[must_use]
    pub fn fault(&self, class: Class, message: String) -> Fault {
        let said = format!("{}: {}", self.code, self.detail);
        let logged = message.contains(&said).then(|| message.replacen(&said, &self.code, 1));
        let mut fault = Fault::new(class, self.code.clone(), message);
        fault.logged = logged.map(|logged| Fault::new(class, "", logged).message);
        fault.retry_after = self.retry_after;
        fault.status = Some(self.status);
        fault.request_id.clone_from(&self.request_id);
        fault
    }
}

impl fmt::Display for Problem {
    /// `422 period_closed: 2026-03-02 is closed; first_open 2026-04-01; /date period_closed`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.code)?;
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        for (name, value) in &self.facts {
            write!(f, "; {name} {value}")?;
        }
        for field in &self.fields {
            write!(f, "; {} {}", field.path, field.code)?;
        }
        Ok(())
    }
}

/// A code as faults write it: letters, digits and `_`.
fn snake(text: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    readable(text, CODE_CHARS_MAX).chars().map(letter).take(CODE_CHARS_MAX).collect()
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => readable(text, PART_CHARS_MAX),
        other => readable(&other.to_string(), PART_CHARS_MAX),
    }
}

const fn default_code(status: u16, is_html: bool) -> &'static str {
    match status {
        401 => "unauthorized",
        429 => "too_many_requests",
        _ if is_html => "html_answer",
        400 => "malformed",
        403 => "forbidden",
        404 | 410 => "not_found",
        409 => "conflict",
        412 => "precondition_failed",
        422 => "refused",
        408 | 504 => "timed_out",
        503 => "unavailable",
        500..=599 => "internal",
        _ => "unexpected_status",
    }
}
