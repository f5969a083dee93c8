//! Refusals: RFC 9457 where it is spoken, and sense made of everything else.

use flow::{Class, Fault};
use outbound::{Effect, Field, Problem, Right};
use proptest::prelude::*;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world::{client, request};

async fn problem(effect: Effect, template: ResponseTemplate) -> Problem {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(template).mount(&server).await;
    let answer = client(&server.uri()).send(request(effect, "/orders")).await.unwrap();
    Problem::read("put order 41", effect, &answer)
}

fn refusal(status: u16, body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(body.to_string(), "application/problem+json")
}

#[tokio::test]
async fn everything_that_a_problem_says_is_kept() {
    let body = json!({
        "type": "https://erp.test/problems/period_closed", "title": "No", "status": 422, "code": "period_closed",
        "detail": "2026-03-02 is <b>closed</b>", "instance": "/x", "first_open": "2026-04-01", "difference": { "amount": "0.01" },
        "customer": { "name": "Ann Lee" },
        "errors": [{ "path": "/date", "code": "period_closed" }, { "path": "/lines/0" }], "request_id": "req-body"
    });
    let problem =
        problem(Effect::Write, refusal(422, &body).insert_header("x-request-id", "req-header")).await;
    assert_eq!((problem.status, problem.code.as_str(), problem.is_html), (422, "period_closed", false));
    assert_eq!(problem.detail, "2026-03-02 is closed");
    let field = |path: &str, code: &str| Field { path: path.to_owned(), code: code.to_owned() };
    assert_eq!(problem.fields, [field("/date", "period_closed"), field("/lines/0", "")]);
    assert_eq!(problem.facts["first_open"], "2026-04-01");
    assert_eq!(problem.facts.keys().collect::<Vec<_>>(), ["difference", "first_open"]);
    assert_eq!(problem.request_id.as_deref(), Some("req-header"));
    let text = problem.to_string();
    assert!(text.starts_with("422 period_closed: 2026-03-02 is closed; "), "{text}");
    assert!(text.contains("first_open 2026-04-01") && text.contains("/date period_closed"), "{text}");
    assert!(!text.contains("Ann Lee"), "{text}");
}

/// A name has no form that could be masked: what the other side writes in prose is for the row, where a person reads it.
#[tokio::test]
async fn prose_is_kept_and_not_logged() {
    let body = json!({ "code": "customer_blocked", "detail": "Ann Lee is blocked", "first_open": "2026-04-01",
        "errors": [{ "path": "/customer_key", "code": "customer_blocked" }] });
    let problem = problem(Effect::Write, refusal(422, &body)).await;
    let fault =
        problem.fault(problem.class(), format!("the ERP refused to put order 41: {problem}; correct it"));
    assert!(fault.message.contains("Ann Lee is blocked"), "{}", fault.message);
    assert_eq!(
        fault.for_log(),
        "the ERP refused to put order 41: 422 customer_blocked; first_open 2026-04-01; \
         /customer_key customer_blocked; correct it"
    );
    let bare = Fault::new(Class::Validation, "code", "why");
    assert_eq!(bare.for_log(), "why");
}

#[tokio::test]
async fn a_status_alone_has_a_class_and_a_code() {
    // Status; class of a read, of a write; code.
    let cases = [
        (400, Class::Validation, Class::Validation, "malformed"),
        (401, Class::Auth, Class::Auth, "unauthorized"),
        (403, Class::Permission, Class::Permission, "forbidden"),
        (404, Class::NotFound, Class::NotFound, "not_found"),
        (408, Class::Transient, Class::UnknownOutcome, "timed_out"),
        (409, Class::Conflict, Class::Conflict, "conflict"),
        (410, Class::NotFound, Class::NotFound, "not_found"),
        (412, Class::Conflict, Class::Conflict, "precondition_failed"),
        (418, Class::Validation, Class::Validation, "unexpected_status"),
        (422, Class::Validation, Class::Validation, "refused"),
        (425, Class::Transient, Class::Transient, "unexpected_status"),
        (429, Class::Throttled, Class::Throttled, "too_many_requests"),
        (500, Class::Transient, Class::UnknownOutcome, "internal"),
        (501, Class::Transient, Class::UnknownOutcome, "internal"),
        (502, Class::Transient, Class::UnknownOutcome, "internal"),
        (503, Class::Transient, Class::UnknownOutcome, "unavailable"),
        (504, Class::Transient, Class::UnknownOutcome, "timed_out"),
    ];
    for (status, of_read, of_write, code) in cases {
        for (effect, class) in [(Effect::Read, of_read), (Effect::Write, of_write)] {
            let problem = problem(effect, ResponseTemplate::new(status)).await;
            assert_eq!((problem.class(), problem.code.as_str()), (class, code), "{status} {effect:?}");
            let fault = problem.fault(problem.class(), problem.to_string());
            assert_eq!((fault.status, fault.code.as_str()), (Some(status), code));
        }
    }
    let waits = ResponseTemplate::new(503).insert_header("retry-after", "9");
    assert_eq!(problem(Effect::Write, waits).await.class(), Class::Throttled);
}

/// A page with a 4xx comes from a wall before the system, which has done nothing.
#[tokio::test]
async fn a_page_is_not_the_systems_own_word() {
    for (status, class) in [
        (400, Class::Transient),
        (403, Class::Transient),
        (404, Class::Transient),
        (401, Class::Auth),
        (502, Class::UnknownOutcome),
    ] {
        let template = ResponseTemplate::new(status).set_body_raw("<html>no</html>", "text/html");
        let problem = problem(Effect::Write, template).await;
        assert_eq!((problem.class(), problem.is_html), (class, true), "{status}");
        let code = if status == 401 { "unauthorized" } else { "html_answer" };
        assert_eq!(problem.code, code);
    }
}

#[test]
fn a_right_is_there_where_the_refusal_comes_after_it_was_looked_at() {
    let fault = |class| Err::<(), Fault>(Fault::new(class, "code", "why"));
    let probed = |outcome, after: &[Class]| Right::probed("write orders", outcome, after).problem;
    assert_eq!(probed(Ok(()), &[]), None);
    assert_eq!(probed(fault(Class::NotFound), &[Class::NotFound]), None);
    assert_eq!(probed(fault(Class::Permission), &[Class::NotFound]), Some("why".to_owned()));
    assert_eq!(probed(fault(Class::NotFound), &[]), Some("why".to_owned()));
}

/// Whatever comes, what is kept of it is short and holds nothing that must not be seen.
#[tokio::test]
async fn what_comes_is_cut_and_redacted() {
    let long = "long ".repeat(400);
    let secret = "ann@example.com 4242 4242 4242 4242 rk_live_51canary";
    let errors: Vec<Value> =
        (0..100).map(|n| json!({ "path": format!("/{n}/{secret}"), "code": secret })).collect();
    let mut body =
        json!({ "code": format!("{secret} {long}"), "detail": format!("{secret} {long}"), "errors": errors });
    for number in 0..100 {
        body[format!("fact {number} {secret}")] = json!(format!("{secret} {long}"));
    }
    body["left"] = json!(format!("{secret} {long}"));
    // The client's own limit is small here; the whole is what a system may send.
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(refusal(422, &body)).mount(&server).await;
    let settings = outbound::Settings { body_bytes_max: 1 << 20, ..crate::world::settings(&server.uri()) };
    let client = outbound::Outbound::new(settings, &outbound::Pool::new().unwrap());
    let answer = client.send(request(Effect::Read, "/orders")).await.unwrap();
    let problem = Problem::read("put order 41", Effect::Read, &answer);
    let shown = format!("{problem} {problem:?}");
    for hidden in ["ann@example.com", "4242 4242", "canary"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
    assert!(problem.code.len() <= 60 && problem.fields.len() <= 20 && problem.facts.len() <= 20);
    assert!(problem.to_string().len() < 8_000, "{}", problem.to_string().len());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_body_makes_it_panic(status in 400_u16..600, body in prop::collection::vec(0_u8..=255, 0..300)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let template = ResponseTemplate::new(status).set_body_bytes(body);
        let problem = runtime.block_on(problem(Effect::Write, template));
        prop_assert!(!problem.code.is_empty() && problem.to_string().starts_with(&status.to_string()));
    }
}
