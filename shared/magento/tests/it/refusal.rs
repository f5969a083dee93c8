//! Every refusal of Magento's, and of what stands before it, has a class and a code, and none shows what it must not.

use flow::{Call, Class, Fault};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::door::Reply;
use crate::fixtures;
use crate::mark_paid::{MARK_PAID, input, simple};
use crate::world::{World, call};

use Class::{Auth, NotFound, Permission, Throttled, Transient, UnknownOutcome, Validation};

/// An answer to a read.
async fn read(reply: Reply) -> Fault {
    let world = World::new().await;
    world.door.reply(1, reply);
    world.run("magento.store.read", json!({})).await.unwrap_err()
}

/// An answer to a write: the invoice of an order that is open.
async fn write(reply: Reply) -> Fault {
    let world = World::new().await;
    let id = world.put(simple());
    world.door.reply(2, reply);
    world.run(MARK_PAID, input(id)).await.unwrap_err()
}

fn message(status: u16, text: &str) -> Reply {
    Reply::json(status, &json!({ "message": text }))
}

#[tokio::test]
async fn statuses_and_texts_have_classes() {
    let masked = "Internal Error. Details are available in Magento log file. Report ID: webapi-65f0a1b2c3d4e";
    let page = |text: &str| {
        format!(
            "<!DOCTYPE html><html><head><style>{}</style><title>{text}</title></head></html>",
            "p{}".repeat(200)
        )
    };
    let html = |status: u16, text: &str| Reply::html(status, &page(text));
    // What is answered; the class of a read, that of a write, and the code.
    let cases = [
        (message(400, "Decoding error."), Validation, Validation, "refused"),
        (
            message(400, "Could not save an invoice, see error log for details"),
            Transient,
            UnknownOutcome,
            "could_not_save",
        ),
        (
            message(400, "Unable to send mail. Please try again later."),
            Transient,
            UnknownOutcome,
            "mail_not_sent",
        ),
        (message(401, "The signature is invalid. Verify and try again."), Auth, Auth, "unauthorized"),
        (html(403, "Forbidden"), Transient, Transient, "forbidden_by_proxy"),
        (message(404, "Request does not match any route."), Validation, Validation, "route_unknown"),
        (message(404, "No such entity with %fieldName = %fieldValue"), NotFound, NotFound, "not_found"),
        (html(404, "404 Not Found"), Validation, Validation, "wrong_base_url"),
        (Reply::raw(406, "application/json", ""), Validation, Validation, "refused"),
        (message(429, "Too Many Requests"), Throttled, Throttled, "too_many_requests"),
        (html(429, "slow down"), Throttled, Throttled, "too_many_requests"),
        (message(500, masked), Transient, UnknownOutcome, "internal_error"),
        (html(500, "PHP Fatal error"), Transient, UnknownOutcome, "internal_error"),
        (
            Reply::json(500, &json!({ "messages": { "error": [{ "code": 500, "message": "crash" }] } })),
            Transient,
            UnknownOutcome,
            "internal_error",
        ),
        (html(502, "502 Bad Gateway"), Transient, UnknownOutcome, "proxy_gave_up"),
        (html(504, "504 Gateway Time-out"), Transient, UnknownOutcome, "proxy_gave_up"),
        (html(503, "503 first byte timeout"), Transient, UnknownOutcome, "proxy_gave_up"),
        (html(503, "503 Backend fetch failed"), Transient, UnknownOutcome, "proxy_gave_up"),
        (html(503, "Service Temporarily Unavailable"), Transient, Transient, "maintenance"),
        (message(503, "Service Temporarily Unavailable"), Transient, Transient, "maintenance"),
        (html(200, "Enter the shop's password"), Transient, UnknownOutcome, "html_answer"),
        (
            Reply::raw(200, "application/json", "<br />\n<b>Warning</b>: in x.php\n[]"),
            Validation,
            UnknownOutcome,
            "malformed_answer",
        ),
        (Reply::raw(200, "application/json", "{\"items\":["), Validation, UnknownOutcome, "malformed_answer"),
        (Reply::raw(200, "application/json", ""), Validation, UnknownOutcome, "malformed_answer"),
        (Reply::json(200, &json!({ "a": 1 })), Validation, UnknownOutcome, "malformed_answer"),
        (
            Reply::raw(200, "application/json", &"0".repeat(5 * 1024 * 1024)),
            Validation,
            UnknownOutcome,
            "answer_too_large",
        ),
        (
            Reply::raw(301, "text/html", "").with("location", "https://elsewhere.example/"),
            Validation,
            Validation,
            "redirected",
        ),
        (Reply { status: 200, breaks: true, ..Reply::default() }, Transient, UnknownOutcome, "no_answer"),
    ];
    for (reply, of_read, of_write, code) in cases {
        let shown =
            format!("{} {}", reply.status, String::from_utf8_lossy(&reply.body[..reply.body.len().min(400)]));
        let fault = read(reply.clone()).await;
        assert_eq!((fault.class, fault.code.as_str()), (of_read, code), "GET {shown}");
        let fault = write(reply).await;
        assert_eq!((fault.class, fault.code.as_str()), (of_write, code), "POST {shown}");
    }
}

#[tokio::test]
async fn a_host_that_is_not_there_was_asked_nothing() {
    let client = crate::world::client("http://127.0.0.1:9", &crate::world::Options::default());
    let error = magento::store::read::run(client, magento::store::read::Input {}).await.unwrap_err();
    assert_eq!((error.class(), error.code()), (Transient, "no_connection"));
}

#[tokio::test]
async fn what_could_outlast_the_lease_is_not_sent() {
    let world = World::new().await;
    let id = world.put(simple());
    let late = Call { deadline: Timestamp::now() + SignedDuration::from_secs(1), ..call() };
    let action = MARK_PAID.parse().unwrap();
    let fault = world.connector.run(&action, &late, input(id)).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Transient, "out_of_time"));
    assert_eq!(world.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn it_is_waited_as_long_as_asked_or_as_is_wise() {
    let page = || Reply::html(503, "<html>Service Temporarily Unavailable</html>");
    let gave_up = || Reply::html(503, "<html>first byte timeout</html>");
    for (reply, seconds) in [
        (message(429, "Too Many Requests"), Some(30)),
        (message(429, "Too Many Requests").with("retry-after", "7"), Some(7)),
        (page(), Some(60)),
        (page().with("retry-after", "120"), Some(120)),
        (gave_up().with("retry-after", "5"), Some(5)),
        (message(500, "x"), None),
    ] {
        let shown = format!("{reply:?}");
        assert_eq!(write(reply).await.retry_after, seconds.map(SignedDuration::from_secs), "{shown}");
    }
}

#[tokio::test]
async fn the_report_can_be_looked_up_in_the_shops_log() {
    let masked = "Internal Error. Details are available in Magento log file. Report ID: webapi-65f0a1b2c3d4e";
    let fault = write(message(500, masked)).await;
    assert_eq!((fault.status, fault.request_id.as_deref()), (Some(500), Some("webapi-65f0a1b2c3d4e")));
    let fault = read(message(500, "Server internal error. See details in report api/98f")).await;
    assert_eq!(fault.request_id.as_deref(), Some("api/98f"));
    assert_eq!(read(message(500, "Report ID: ")).await.request_id, None);
}

#[tokio::test]
async fn placeholders_are_filled_wherever_they_stand() {
    let said = |fault: Fault, text: &str| assert!(fault.message.contains(text), "{}", fault.message);
    let with = |message: &str, parameters: Value| {
        Reply::json(400, &json!({ "message": message, "parameters": parameters }))
    };
    said(
        read(with("Field %fieldName is %field", json!({ "field": "bad", "fieldName": "qty" }))).await,
        "Field qty is bad",
    );
    said(read(with("%1 and %2 and %12", json!(["a", 7]))).await, "a and 7 and a2");
    let body = json!({ "message": "One or more input exceptions have occurred.", "errors": [
        { "message": "\"%fieldName\" is required. Enter and try again.", "parameters": { "fieldName": "oauth_nonce" } }
    ]});
    said(read(Reply::json(400, &body)).await, "\"oauth_nonce\" is required");
    // Nothing of these is an error's form, and still it is read.
    let body = json!({ "message": "plain", "errors": null, "parameters": null, "trace": null });
    said(read(Reply::json(400, &body)).await, "plain");
    said(read(Reply::raw(400, "text/plain", "no JSON at all")).await, "no JSON at all");
}

#[tokio::test]
async fn nothing_secret_or_personal_is_in_a_fault() {
    let said = "card 4242424242424242 of ann@example.com, oauth_token=abc123def, 4000 0566 5566 5556";
    let named = json!({ "fieldName": "email", "fieldValue": "ann@example.com", "card": "4242424242424242" });
    let replies = |status: u16| {
        [
            message(status, said),
            Reply::json(
                status,
                &json!({ "message": "No %fieldName = %fieldValue, %card", "parameters": named }),
            ),
            Reply::json(status, &json!({ "message": "%1", "parameters": [said] })),
            Reply::json(status, &json!({ "message": "x", "errors": [{ "message": said }] })),
            Reply::json(status, &json!({ "messages": { "error": [{ "message": said }] } })),
            Reply::html(status, &format!("<html><title>{said}</title></html>")),
            Reply::raw(status, "text/plain", said),
            Reply::json(status, &json!({ "message": "x", "parameters": { "resources": said } })),
        ]
    };
    for status in [200, 400, 401, 403, 404, 429, 500, 503] {
        for reply in replies(status) {
            for fault in [read(reply.clone()).await, write(reply.clone()).await] {
                let shown = serde_json::to_string(&fault).unwrap();
                for hidden in ["42424242", "5566", "ann@example", "abc123def"] {
                    assert!(!shown.contains(hidden), "{status}: {shown}");
                }
                assert!(shown.len() < 1000, "{shown}");
            }
        }
    }
}

#[tokio::test]
async fn recorded_refusals_are_understood() {
    for (name, method, status, body) in fixtures::refusals() {
        let said = body["message"].as_str().unwrap_or_default();
        let (class, code) = match status {
            401 if said.contains("%resources") => (Permission, "permission_missing"),
            401 => (Auth, "unauthorized"),
            404 if said.contains("route") => (Validation, "route_unknown"),
            404 => (NotFound, "not_found"),
            429 => (Throttled, "too_many_requests"),
            500 if method == "GET" => (Transient, "internal_error"),
            500 => (UnknownOutcome, "internal_error"),
            400 if said.starts_with("Unable to send mail") => (UnknownOutcome, "mail_not_sent"),
            // Nothing to invoice, and it is not paid.
            400 if said.contains("invoice can't be created without products") => {
                (Validation, "invoice_incomplete")
            }
            400 => (Validation, "refused"),
            other => panic!("{name}: {other} has no expectation here"),
        };
        let reply = Reply::json(status, &body);
        let fault = if method == "GET" { read(reply).await } else { write(reply).await };
        assert_eq!((fault.class, fault.code.as_str()), (class, code), "{name}: {}", fault.message);
        assert!(!fault.message.contains('%'), "{name}: {}", fault.message);
    }
}
