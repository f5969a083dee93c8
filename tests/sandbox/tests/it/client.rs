//! Asks a sandbox in this process.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use sandbox::{Dropped, ERP_TOKEN, STRIPE_KEY, Sandbox, Settings, WMS_TOKEN};
use serde_json::Value;
use tower::ServiceExt as _;

/// What came back.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// Nothing came: the connection would have been dropped.
    pub(crate) dropped: bool,
}

impl Got {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

pub(crate) fn sandbox() -> Sandbox {
    Sandbox::new(Settings::default())
}

pub(crate) async fn ask(sandbox: &Sandbox, request: Request<Body>) -> Got {
    let response = sandbox.router().oneshot(request).await.unwrap();
    let dropped = response.extensions().get::<Dropped>().is_some();
    let (parts, body) = response.into_parts();
    let text = to_bytes(body, usize::MAX).await.map(|bytes| String::from_utf8(bytes.to_vec()).unwrap());
    Got {
        status: parts.status.as_u16(),
        headers: parts.headers,
        text: text.unwrap_or_else(|error| format!("cut: {error}")),
        dropped,
    }
}

pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut builder = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(Body::from(body.to_owned())).unwrap()
}

/// Asks the admin API; a body of `null` is none.
pub(crate) async fn admin(sandbox: &Sandbox, method: &str, path: &str, body: &Value) -> Got {
    let text = if body.is_null() { String::new() } else { body.to_string() };
    ask(sandbox, request(method, path, &[("content-type", "application/json")], &text)).await
}

/// Asks Stripe with the right key and version, and further headers.
pub(crate) async fn stripe(
    sandbox: &Sandbox,
    method: &str,
    path: &str,
    body: &str,
    more: &[(&str, &str)],
) -> Got {
    let key = format!("Bearer {STRIPE_KEY}");
    let mut headers = vec![("authorization", key.as_str()), ("stripe-version", "2026-10-28.endive")];
    if method == "POST" {
        headers.push(("content-type", "application/x-www-form-urlencoded"));
    }
    headers.extend(more);
    ask(sandbox, request(method, &format!("/stripe{path}"), &headers, body)).await
}

/// Asks ERP or WMS with the right token.
pub(crate) async fn rest(
    sandbox: &Sandbox,
    method: &str,
    path: &str,
    body: &Value,
    more: &[(&str, &str)],
) -> Got {
    let token = if path.starts_with("/erp") { ERP_TOKEN } else { WMS_TOKEN };
    let bearer = format!("Bearer {token}");
    let mut headers = vec![("authorization", bearer.as_str()), ("content-type", "application/json")];
    headers.extend(more);
    let text = if body.is_null() { String::new() } else { body.to_string() };
    ask(sandbox, request(method, path, &headers, &text)).await
}
