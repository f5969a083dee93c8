//! What is read of an answer, and what of it may be shown.

use flow::{Class, Fault};
use jiff::SignedDuration;
use outbound::{Answer, Effect, Error};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world::{client, request};

async fn answer(effect: Effect, template: ResponseTemplate) -> Answer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(template).mount(&server).await;
    client(&server.uri()).send(request(effect, "/orders?email=ann@example.com")).await.unwrap()
}

fn page(status: u16, body: &str, kind: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(body.to_owned(), kind)
}

#[tokio::test]
async fn a_page_is_known_whatever_it_says_it_is() {
    for (body, kind, is_html) in [
        ("<!DOCTYPE html><html>", "text/html; charset=utf-8", true),
        ("  \n <!doctype HTML><html>", "application/json", true),
        ("<html><body>", "", true),
        ("<HTML>", "text/plain", true),
        ("<p>down</p>", "text/html", true),
        // Declared as a page, and none: PHP and proxies do that.
        ("{\"id\":\"1\"}", "text/html", false),
        ("", "text/html", false),
        ("{}", "application/json", false),
        ("<xml/>", "application/xml", false),
    ] {
        let answer = answer(Effect::Read, page(200, body, kind)).await;
        assert_eq!(answer.is_html(), is_html, "{body:?} {kind}");
    }
}

/// Of a write that was answered with what cannot be read nobody knows whether it was done.
#[tokio::test]
async fn what_is_no_json_of_the_wanted_form_is_told_by_what_was_asked() {
    let cases = [
        (page(200, "<html>", "text/html"), "html_answer", Class::Transient),
        (page(200, "", "application/json"), "malformed_answer", Class::Validation),
        (page(200, "{\"id\":", "application/json"), "malformed_answer", Class::Validation),
        (page(200, "[1, 2]", "application/json"), "malformed_answer", Class::Validation),
        (page(200, "\u{feff}{}", "application/json"), "malformed_answer", Class::Validation),
    ];
    for (template, code, of_read) in cases {
        for (effect, class) in [(Effect::Read, of_read), (Effect::Write, Class::UnknownOutcome)] {
            let error =
                answer(effect, template.clone()).await.json::<serde_json::Map<String, Value>>().unwrap_err();
            assert_eq!((error.code(), error.class()), (code, class), "{error}");
            let fault = Fault::from(error);
            assert!(fault.message.starts_with("erp answered do something"), "{}", fault.message);
            assert!(fault.message.contains("200"), "{}", fault.message);
            assert_eq!(
                fault.message.contains("it may have happened"),
                effect == Effect::Write,
                "{}",
                fault.message
            );
        }
    }
}

#[tokio::test]
async fn an_excerpt_shows_no_tag_secret_card_or_mail_address_and_is_short() {
    let body = format!(
        "<h1>Error</h1> ann@example.com paid with 4242 4242 4242 4242, key rk_live_51canary; whsec_canary {}",
        "x".repeat(600)
    );
    let answer = answer(Effect::Read, page(500, &body, "text/html")).await;
    let excerpt = answer.excerpt();
    for hidden in ["<h1>", "ann@example.com", "4242 4242", "canary"] {
        assert!(!excerpt.contains(hidden), "{excerpt}");
    }
    assert!(excerpt.starts_with("Error ") && excerpt.chars().count() <= 301, "{excerpt}");
}

/// A parser quotes what it met; where a value has the wrong type that is the value.
#[tokio::test]
async fn a_value_of_the_wrong_type_is_not_quoted_with_what_must_not_be_seen() {
    #[derive(Debug, serde::Deserialize)]
    struct Wanted {
        #[serde(rename = "id")]
        _id: u64,
    }
    for value in ["ann@example.com", "4242 4242 4242 4242", "rk_live_51canary"] {
        let template = ResponseTemplate::new(200).set_body_json(json!({ "id": value }));
        let error = answer(Effect::Read, template).await.json::<Wanted>().unwrap_err();
        assert!(!error.to_string().contains(value) && error.to_string().contains("line 1"), "{error}");
    }
}

/// The network's own words repeat the URL, whose query may hold what people searched for.
#[tokio::test]
async fn an_error_shows_no_address_and_no_query() {
    let error = client("http://127.0.0.1:9/erp/v1")
        .send(request(Effect::Read, "/orders?email=ann%40example.com&token=canary"))
        .await
        .err()
        .unwrap();
    let shown = format!("{error} {error:?}");
    for hidden in ["ann%40", "canary", "/orders"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
    assert!(matches!(error, Error::NoConnection { .. }));
}

#[tokio::test]
async fn a_wait_is_read_as_seconds_or_as_a_date_and_is_at_most_an_hour() {
    let in_a_minute = jiff::Timestamp::now() + SignedDuration::from_secs(60);
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&in_a_minute).unwrap();
    let seconds = SignedDuration::from_secs;
    for (header, least, most) in [
        ("0", Some(seconds(0)), seconds(0)),
        (" 7 ", Some(seconds(7)), seconds(7)),
        ("3600", Some(seconds(3600)), seconds(3600)),
        ("999999999999", Some(seconds(3600)), seconds(3600)),
        ("-3", Some(seconds(0)), seconds(0)),
        (&date, Some(seconds(50)), seconds(60)),
        ("Wed, 21 Oct 2015 07:28:00 GMT", Some(seconds(0)), seconds(0)),
        ("soon", None, seconds(0)),
        ("", None, seconds(0)),
        ("1.5", None, seconds(0)),
    ] {
        let template = ResponseTemplate::new(429).insert_header("retry-after", header);
        let asked = answer(Effect::Read, template).await.retry_after();
        assert_eq!(asked.is_some(), least.is_some(), "{header:?}: {asked:?}");
        if let (Some(asked), Some(least)) = (asked, least) {
            assert!(asked >= least && asked <= most, "{header:?}: {asked:#}");
        }
    }
    assert_eq!(answer(Effect::Read, ResponseTemplate::new(429)).await.retry_after(), None);
}
