//! An ERP whose every answer the test gives.

use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world::{Erp, settings};

pub(crate) const TOKEN: &str = "canary-token";

/// Answers reads and writes.
pub(crate) async fn erp(read: ResponseTemplate, write: ResponseTemplate) -> (MockServer, Erp) {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(read).mount(&server).await;
    for verb in ["PUT", "POST"] {
        Mock::given(method(verb)).respond_with(write.clone()).mount(&server).await;
    }
    let erp = Erp::new(&settings(&format!("{}/erp/v1", server.uri())), &[TOKEN]);
    (server, erp)
}

/// A refusal as RFC 9457 has it.
pub(crate) fn problem(status: u16, code: &str, more: &Value) -> ResponseTemplate {
    let mut body = json!({
        "type": "https://erp.test/problems/x", "title": "No", "status": status, "code": code, "detail": "because"
    });
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    ResponseTemplate::new(status)
        .insert_header("content-type", "application/problem+json")
        .insert_header("x-request-id", "req-1")
        .set_body_string(body.to_string())
}
