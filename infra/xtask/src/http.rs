//! Requests to our own processes on this machine.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// How long one request may take.
const REQUEST_S_MAX: u64 = 30;
/// How much of a refusal is shown, in characters.
const EXCERPT_CHARS_MAX: usize = 400;

/// A status and a text.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    /// The body as JSON, when the status is 2xx.
    pub(crate) fn json(&self, what: &str) -> Result<Value> {
        if !(200..300).contains(&self.status) {
            let excerpt: String = self.body.chars().take(EXCERPT_CHARS_MAX).collect();
            bail!("{what}: {} {excerpt}", self.status);
        }
        serde_json::from_str(&self.body).with_context(|| format!("{what}: not JSON"))
    }
}

/// GET.
pub(crate) fn get(url: &str) -> Result<Answer> {
    read(agent().get(url).call().with_context(|| format!("GET {url}"))?)
}

/// POST.
pub(crate) fn post(url: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer> {
    send(&ureq::http::Method::POST, url, headers, body)
}

/// Any method; an empty body is none.
pub(crate) fn send(
    method: &ureq::http::Method,
    url: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<Answer> {
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let sent = if body.is_empty() {
        agent().run(request.body(())?)
    } else {
        agent().run(request.body(body.to_owned())?)
    };
    read(sent.with_context(|| format!("{method} {url}"))?)
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(REQUEST_S_MAX)))
        .http_status_as_error(false)
        .build()
        .into()
}

fn read(mut response: ureq::http::Response<ureq::Body>) -> Result<Answer> {
    let status = response.status().as_u16();
    Ok(Answer { status, body: response.body_mut().read_to_string()? })
}
