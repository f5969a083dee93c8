//! Every refusal has a class and says what to do; none shows what it must not.

use flow::{Class, Fault};
use jiff::SignedDuration;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::document::order;
use crate::scripted::{TOKEN, erp, problem};
use crate::world::{CREDIT_NOTE, Erp, JOURNAL, ORDER, PAYMENT, settings};

const NOTHING: Value = Value::Null;

/// What a find and a put make of an answer.
async fn faults(answer: ResponseTemplate) -> [Fault; 2] {
    let (_server, erp) = erp(answer.clone(), answer).await;
    [erp.find(ORDER, &order()).await.unwrap_err(), erp.put(ORDER, &order()).await.unwrap_err()]
}

#[tokio::test]
async fn statuses_and_codes_have_classes() {
    // Status and code; the class of a read, of a write; a part of the advice.
    let cases = [
        (400, "malformed", Class::Validation, Class::Validation, "correct what it names"),
        (401, "unauthorized", Class::Auth, Class::Auth, "`erp` secret"),
        (403, "forbidden", Class::Permission, Class::Permission, "give the token's user that right"),
        (404, "not_found", Class::NotFound, Class::NotFound, "correct what it names"),
        (408, "timed_out", Class::Transient, Class::UnknownOutcome, ""),
        (409, "wrong_state", Class::Conflict, Class::Conflict, "tried again"),
        (409, "idempotency_key_reused", Class::Validation, Class::Validation, "correct what it names"),
        (409, "already_exists", Class::Duplicate, Class::Duplicate, "tried again"),
        (410, "gone", Class::NotFound, Class::NotFound, "correct what it names"),
        (412, "precondition_failed", Class::Conflict, Class::Conflict, "tried again"),
        (418, "teapot", Class::Validation, Class::Validation, "correct what it names"),
        (422, "tax_code_unknown", Class::Validation, Class::Validation, "correct what it names"),
        (429, "too_many_requests", Class::Throttled, Class::Throttled, "tried again"),
        (500, "internal", Class::Transient, Class::UnknownOutcome, ""),
        (502, "bad_gateway", Class::Transient, Class::UnknownOutcome, ""),
        (503, "unavailable", Class::Transient, Class::UnknownOutcome, ""),
        (504, "timed_out", Class::Transient, Class::UnknownOutcome, ""),
    ];
    for (status, code, of_read, of_write, advice) in cases {
        let [read, write] = faults(problem(status, code, &NOTHING)).await;
        assert_eq!((read.class, write.class), (of_read, of_write), "{status} {code}");
        for fault in [&read, &write] {
            assert_eq!((fault.code.as_str(), fault.status), (code, Some(status)), "{fault:?}");
            assert_eq!(fault.request_id.as_deref(), Some("req-1"), "{status} {code}");
            assert!(fault.message.contains(&format!("{status} {code}: because")), "{}", fault.message);
            assert!(fault.message.contains(advice), "{}", fault.message);
        }
        assert!(of_write != Class::UnknownOutcome || write.message.contains("it may have happened"));
        assert!(read.message.contains("find order tb:acct_1:sales_order:42"), "{}", read.message);
        assert!(write.message.contains("put customer tb:acct_1:customer:7"), "{}", write.message);
    }
}

#[tokio::test]
async fn a_wait_that_the_erp_asks_for_is_passed_on() {
    for (status, header, after) in [
        (429, "7", Some(SignedDuration::from_secs(7))),
        (503, "120", Some(SignedDuration::from_secs(120))),
        (429, "9999999", Some(SignedDuration::from_hours(1))),
        (429, "soon", None),
        (429, "-5", Some(SignedDuration::ZERO)),
    ] {
        let answer = problem(status, "busy", &NOTHING).insert_header("retry-after", header);
        for fault in faults(answer).await {
            assert_eq!((fault.class, fault.retry_after), (Class::Throttled, after), "{status} {header}");
        }
    }
}

/// A tax code or account that the ERP does not know is a matter of the environment file: the message says where it stood.
#[tokio::test]
async fn the_fields_that_the_erp_names_are_named() {
    let more = json!({
        "errors": [
            { "path": "/lines/0/tax/0/code", "code": "tax_code_unknown" },
            { "path": "/lines/1/tax/0/code", "code": "tax_code_unknown" }
        ],
        "known": ["VAT", "NY-SALES"]
    });
    for fault in faults(problem(422, "tax_code_unknown", &more)).await {
        for part in ["/lines/0/tax/0/code tax_code_unknown", "/lines/1/tax/0/code", "replay"] {
            assert!(fault.message.contains(part), "{}", fault.message);
        }
        // A member that the contract does not name may hold anything.
        assert!(!fault.message.contains("NY-SALES"), "{}", fault.message);
    }
}

#[tokio::test]
async fn answers_in_no_form_at_all_are_classed_too() {
    let page = "<!DOCTYPE html><html><body><h1>Backend fetch failed</h1></body></html>";
    let html = |status| ResponseTemplate::new(status).set_body_raw(page, "text/html");
    let text = |status, body: &str| ResponseTemplate::new(status).set_body_string(body);
    let cases = [
        // A page that says 200 is no answer: whether anything was done is not known.
        (html(200), "html_answer", Class::Transient, Class::UnknownOutcome),
        (html(502), "html_answer", Class::Transient, Class::UnknownOutcome),
        // A wall before the ERP: nothing was done.
        (html(403), "html_answer", Class::Transient, Class::Transient),
        (text(500, ""), "internal", Class::Transient, Class::UnknownOutcome),
        (text(422, "not json"), "refused", Class::Validation, Class::Validation),
        (text(200, ""), "malformed_answer", Class::Validation, Class::UnknownOutcome),
        (text(200, "{\"id\":"), "malformed_answer", Class::Validation, Class::UnknownOutcome),
        (text(200, "[1]"), "malformed_answer", Class::Validation, Class::UnknownOutcome),
        (
            ResponseTemplate::new(301).insert_header("location", "https://elsewhere.test/"),
            "redirected",
            Class::Validation,
            Class::Validation,
        ),
    ];
    for (number, (answer, code, of_read, of_write)) in cases.into_iter().enumerate() {
        let [read, write] = faults(answer).await;
        assert_eq!((read.code.as_str(), read.class), (code, of_read), "case {number}: {read:?}");
        assert_eq!((write.code.as_str(), write.class), (code, of_write), "case {number}: {write:?}");
    }
}

#[tokio::test]
async fn nothing_secret_or_personal_is_in_a_fault() {
    let detail = format!(
        "token {TOKEN} of ann@example.com with card 4242 4242 4242 4242 and whsec_abc at <b>1 Main St</b>"
    );
    let more = json!({ "detail": detail, "sent_by": "ann@example.com", "errors": [{ "path": "/ann@example.com", "code": "x" }] });
    for status in [400, 401, 403, 404, 409, 422, 429, 500] {
        for fault in faults(problem(status, "x", &more)).await {
            let shown = serde_json::to_string(&fault).unwrap();
            for hidden in ["ann@example.com", "4242 4242", "whsec_abc", "<b>"] {
                assert!(!shown.contains(hidden), "{status}: {shown}");
            }
        }
    }
    let client = crate::world::client(&settings("http://127.0.0.1:9/erp/v1"), &[TOKEN]).unwrap();
    assert!(!format!("{client:?}").contains(TOKEN));
}

#[tokio::test]
async fn a_dead_host_had_nothing_done() {
    let erp = Erp::new(&settings("http://127.0.0.1:9/erp/v1"), &[TOKEN]);
    let fault = erp.put(ORDER, &order()).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Transient, "no_connection"));
    assert!(fault.message.contains("nothing was sent"), "{}", fault.message);
}

#[test]
fn actions_describe_themselves() {
    let specs = erp::specs().unwrap();
    let names: Vec<_> = specs.iter().map(|spec| spec.name.to_string()).collect();
    let reads = ["erp.sales_invoice.read", "erp.health.read", "erp.rights.read", "erp.account.list"];
    let writes = [ORDER, "erp.sales_invoice.put", CREDIT_NOTE, PAYMENT, JOURNAL];
    assert_eq!(names, [writes.as_slice(), &reads].concat());
}
