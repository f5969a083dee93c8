//! Magento's refusals: several shapes of body, texts with placeholders, statuses that mean more than they say.
//!
//! Source: `lib/internal/Magento/Framework/Webapi/{ErrorProcessor,Rest/Response}.php` of magento/magento2.

use canonical::redact;
use flow::Class;
use outbound::{Answer, Effect};
use serde::Deserialize;
use serde_json::Value;

/// Characters of a message that are kept.
const MESSAGE_MAX: usize = 400;
/// Characters of a resource's name.
const RESOURCE_MAX: usize = 80;
/// Characters of a report's id.
const REPORT_CHARS_MAX: usize = 40;
/// Nested errors that are kept.
const NESTED_MAX: usize = 5;
/// How long maintenance mode is waited for where Magento does not say.
const MAINTENANCE_S: i64 = 60;
/// How long a proxy's 429 is waited for where it does not say.
const THROTTLED_S: i64 = 30;

/// A refusal, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// HTTP status.
    pub(crate) status: u16,
    /// The message, its placeholders filled, redacted.
    pub(crate) message: String,
    /// The resource that a 401 names.
    pub(crate) resource: Option<String>,
    /// What the engine does.
    pub(crate) class: Class,
    /// The reason in snake case.
    pub(crate) code: &'static str,
    /// How long to wait.
    pub(crate) retry_after_s: Option<i64>,
    /// Magento's id of the report in its log (`webapi-…`).
    pub(crate) report: Option<String>,
}

#[derive(Deserialize, Default)]
struct Body {
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    parameters: Value,
    #[serde(default)]
    errors: Option<Vec<Nested>>,
    /// The older shape, of a crash inside rendering.
    #[serde(default)]
    messages: Option<Messages>,
}

#[derive(Deserialize)]
struct Nested {
    #[serde(default)]
    message: String,
    #[serde(default)]
    parameters: Value,
}

#[derive(Deserialize)]
struct Messages {
    #[serde(default)]
    error: Vec<Nested>,
}

impl Refusal {
    /// Reads an answer that is no success.
    pub(crate) fn read(answer: &Answer, effect: Effect) -> Self {
        let body: Body = if answer.is_html() { Body::default() } else { answer.json().unwrap_or_default() };
        let (template, parameters) = match (body.message, body.messages) {
            (Some(message), _) => (message, body.parameters),
            (None, Some(messages)) => messages
                .error
                .into_iter()
                .next()
                .map_or_else(Default::default, |first| (first.message, first.parameters)),
            (None, None) => (String::new(), Value::Null),
        };
        let mut message = fill(&template, &parameters);
        for nested in body.errors.iter().flatten().take(NESTED_MAX) {
            message.push_str("; ");
            message.push_str(&fill(&nested.message, &nested.parameters));
        }
        if message.is_empty() {
            message = answer.excerpt();
        }
        let resource = parameters.get("resources").and_then(Value::as_str);
        let resource = resource.map(|resource| redact(resource, RESOURCE_MAX));
        let (class, code) = meaning(answer, &template, resource.is_some(), effect);
        let asked = answer.retry_after().map(|after| after.as_secs());
        let retry_after_s = match class {
            Class::Throttled => asked.or(Some(THROTTLED_S)),
            Class::Transient if answer.status == 503 => asked.or(Some(MAINTENANCE_S)),
            _ => asked,
        };
        Self {
            status: answer.status,
            message: redact(&message, MESSAGE_MAX),
            resource,
            class,
            code,
            retry_after_s,
            report: report(&message),
        }
    }
}

/// `Internal Error. Details are available in Magento log file. Report ID: webapi-65f0a1b2c3d4e`, and
/// `Server internal error. See details in report api/65f0a1b2c3d4e`.
fn report(message: &str) -> Option<String> {
    let (_, after) =
        message.split_once("Report ID: ").or_else(|| message.split_once("See details in report "))?;
    let id: String = after
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '/'))
        .take(REPORT_CHARS_MAX)
        .collect();
    (!id.is_empty()).then_some(id)
}

/// What a status and text mean.
fn meaning(answer: &Answer, template: &str, names_resource: bool, effect: Effect) -> (Class, &'static str) {
    let unanswered = match effect {
        Effect::Read => Class::Transient,
        Effect::Write => Class::UnknownOutcome,
    };
    match answer.status {
        // Whatever is thrown while saving ends here, deadlocks among it.
        400 if template.contains("see error log for details") => (unanswered, "could_not_save"),
        // Seen on 2.4.5: the comment that the mail was about had been written.
        400 if template.starts_with("Unable to send mail") => (unanswered, "mail_not_sent"),
        400 if template.starts_with("Unable to add comment: The status") => {
            (Class::Validation, "status_not_assigned")
        }
        401 if names_resource => (Class::Permission, "permission_missing"),
        401 => (Class::Auth, "unauthorized"),
        // Magento itself has no 403: a firewall or bot protection stands before it.
        403 => (Class::Transient, "forbidden_by_proxy"),
        404 if template.starts_with("Request does not match any route") => {
            (Class::Validation, "route_unknown")
        }
        404 if answer.is_html() => (Class::Validation, "wrong_base_url"),
        404 => (Class::NotFound, "not_found"),
        429 => (Class::Throttled, "too_many_requests"),
        // A proxy gave up on a shop that goes on working: Fastly names the timeout, Varnish only the failed fetch.
        502 | 504 => (unanswered, "proxy_gave_up"),
        503 if PROXY_GAVE_UP.iter().any(|text| says(answer, text)) => (unanswered, "proxy_gave_up"),
        503 => (Class::Transient, "maintenance"),
        500..=599 => (unanswered, "internal_error"),
        _ => (Class::Validation, "refused"),
    }
}

/// What the 503 of a proxy says that waited for the shop in vain.
///
/// Sources: <https://www.fastly.com/documentation/guides/debugging/common-503-errors/>, `bin/varnishd/cache/cache_fetch.c`
/// of varnishcache/varnish-cache.
const PROXY_GAVE_UP: [&str; 3] = ["first byte timeout", "between bytes timeout", "Backend fetch failed"];

fn says(answer: &Answer, text: &str) -> bool {
    String::from_utf8_lossy(&answer.body).contains(text)
}

/// Fills `%1`, `%fieldName`: Magento sends the template and its parameters apart.
fn fill(template: &str, parameters: &Value) -> String {
    let mut text = template.to_owned();
    let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match parameters {
        Value::Array(values) => {
            // From the back, so that %1 does not eat the head of %12.
            for (index, value) in values.iter().enumerate().rev() {
                text = text.replace(&format!("%{}", index + 1), &shown(value));
            }
        }
        Value::Object(values) => {
            // The longest first, so that %field does not eat the head of %fieldName.
            let mut values: Vec<_> = values.iter().collect();
            values.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
            for (name, value) in values {
                text = text.replace(&format!("%{name}"), &shown(value));
            }
        }
        _ => {}
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn placeholders_of_both_kinds_are_filled() {
        assert_eq!(fill("ID %1 of %12", &json!(["a"])), "ID a of a2");
        let named = json!({ "fieldName": "entity_id", "fieldValue": 7 });
        assert_eq!(
            fill("No such entity with %fieldName = %fieldValue", &named),
            "No such entity with entity_id = 7"
        );
    }
}
