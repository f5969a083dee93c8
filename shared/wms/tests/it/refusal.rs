//! Every refusal has a class and says what to do; none shows what it must not.

use flow::{Class, Fault};
use jiff::SignedDuration;
use sandbox::WMS_TOKEN;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world::{CANCEL, PUT, Wms, World, fulfilment};

const TOKEN: &str = "canary-token";

/// What a find and a put make of an answer.
async fn faults(answer: ResponseTemplate) -> [Fault; 2] {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let wms = Wms::new(&format!("{}/wms/v1", server.uri()), &[TOKEN]);
    [wms.find(&fulfilment()).await.unwrap_err(), wms.put(&fulfilment()).await.unwrap_err()]
}

fn problem(status: u16, code: &str, more: &Value) -> ResponseTemplate {
    let mut body =
        json!({ "type": "about:blank", "title": "No", "status": status, "code": code, "detail": "because" });
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    ResponseTemplate::new(status)
        .insert_header("x-request-id", "req-1")
        .set_body_raw(body.to_string(), "application/problem+json")
}

#[tokio::test]
async fn statuses_and_codes_have_classes() {
    let cases = [
        (400, "malformed", Class::Validation, Class::Validation, "correct what it names"),
        (401, "unauthorized", Class::Auth, Class::Auth, "`wms` secret"),
        (403, "forbidden", Class::Permission, Class::Permission, "give the token's user that right"),
        (404, "not_found", Class::NotFound, Class::NotFound, "correct what it names"),
        (409, "somebody_else", Class::Conflict, Class::Conflict, "tried again"),
        (409, "content_differs", Class::Validation, Class::Validation, "correct what it names"),
        (412, "precondition_failed", Class::Conflict, Class::Conflict, "tried again"),
        (422, "address_not_served", Class::Validation, Class::Validation, "correct what it names"),
        (429, "too_many_requests", Class::Throttled, Class::Throttled, "tried again"),
        (500, "internal", Class::Transient, Class::UnknownOutcome, ""),
        (503, "unavailable", Class::Transient, Class::UnknownOutcome, ""),
    ];
    for (status, code, of_read, of_write, advice) in cases {
        let [read, write] = faults(problem(status, code, &Value::Null)).await;
        assert_eq!((read.class, write.class), (of_read, of_write), "{status} {code}");
        for fault in [&read, &write] {
            assert_eq!((fault.code.as_str(), fault.status), (code, Some(status)), "{fault:?}");
            assert_eq!(fault.request_id.as_deref(), Some("req-1"), "{status} {code}");
            assert!(fault.message.contains(&format!("{status} {code}: because")), "{}", fault.message);
            assert!(fault.message.contains(advice), "{}", fault.message);
        }
    }
    let waits = problem(429, "too_many_requests", &Value::Null).insert_header("retry-after", "7");
    for fault in faults(waits).await {
        assert_eq!(fault.retry_after, Some(SignedDuration::from_secs(7)));
    }
}

#[tokio::test]
async fn nothing_secret_or_personal_is_in_a_fault() {
    let detail = "ann@example.com with 4242 4242 4242 4242 and whsec_abc at <b>1 Main St</b>";
    for status in [400, 401, 403, 404, 409, 422, 429, 500] {
        for fault in faults(problem(status, "x", &json!({ "detail": detail }))).await {
            let shown = serde_json::to_string(&fault).unwrap();
            for hidden in [TOKEN, "ann@example.com", "4242 4242", "whsec_abc", "<b>"] {
                assert!(!shown.contains(hidden), "{status}: {shown}");
            }
        }
    }
}

#[tokio::test]
async fn a_refused_token_gives_way_to_the_other_once() {
    let world = World::new().await;
    let wms = Wms::new(&world.base_url, &["old", WMS_TOKEN]);
    wms.put(&fulfilment()).await.unwrap();
    wms.put(&fulfilment()).await.unwrap();
    let refused = world.requests().iter().filter(|seen| seen.status == Some(401)).count();
    assert_eq!(refused, 1);
    let fault = Wms::new(&world.base_url, &["old"]).put(&fulfilment()).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Auth, "unauthorized"));
}

#[test]
fn actions_describe_themselves() {
    let specs = wms::specs().unwrap();
    let names: Vec<_> = specs.iter().map(|spec| spec.name.to_string()).collect();
    assert_eq!(names, [PUT, CANCEL, "wms.rights.read"]);
}
