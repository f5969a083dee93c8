//! Every request goes below the base URL of its system, whatever its path holds.

use std::sync::LazyLock;

use flow::Class;
use outbound::{Effect, Error, Outbound};
use proptest::prelude::*;
use url::Url;

use crate::world::{client, request};

const BASE: &str = "https://erp.example.com/erp/v1";

/// One for thousands of cases: a pool reads the system's certificates.
static CLIENT: LazyLock<Outbound> = LazyLock::new(|| client(BASE));

#[test]
fn paths_below_the_base_are_taken_as_they_are() {
    for (base, path, expected) in [
        (BASE, "/orders", "https://erp.example.com/erp/v1/orders"),
        ("https://erp.example.com/erp/v1/", "/orders", "https://erp.example.com/erp/v1/orders"),
        ("https://erp.example.com", "/orders?key=a%26b", "https://erp.example.com/orders?key=a%26b"),
        (BASE, "/items/A%2FB%20C%3F", "https://erp.example.com/erp/v1/items/A%2FB%20C%3F"),
        (
            BASE,
            "/orders?to=https://evil.example",
            "https://erp.example.com/erp/v1/orders?to=https://evil.example",
        ),
        (BASE, "/@evil.example", "https://erp.example.com/erp/v1/@evil.example"),
        (BASE, "//evil.example/x", "https://erp.example.com/erp/v1//evil.example/x"),
        ("http://127.0.0.1:4580/erp", "/:80/x", "http://127.0.0.1:4580/erp/:80/x"),
    ] {
        assert_eq!(client(base).url(path, "read").unwrap().as_str(), expected);
    }
}

#[test]
fn paths_that_lead_away_or_are_not_encoded_are_refused() {
    for path in [
        "",
        "orders",
        "https://evil.example/",
        "@evil.example",
        ".evil.example",
        ":80@evil.example/",
        "/..",
        "/../x",
        "/../v10/orders",
        "/a/../../x",
        "/%2e%2e/x",
        "/.%2E/x",
        "/..%2f",
        "/..\\x",
        "\\\\evil.example",
        "/a b",
        "/a\tb",
        "/a\r\nhost: evil.example",
        "/ä",
        "/a#b",
        "/a\u{0}b",
    ] {
        match CLIENT.url(path, "read order 41") {
            Err(Error::Unsendable { system, action, .. }) => {
                assert_eq!((system, action.as_str()), ("erp", "read order 41"));
            }
            // What stays inside its own part leads nowhere.
            Ok(url) => {
                assert!(path == "/..%2f" && url.as_str() == format!("{BASE}/..%2f"), "{path:?}: {url}");
            }
            Err(other) => panic!("{path:?}: {other}"),
        }
    }
}

#[tokio::test]
async fn nothing_is_sent_to_where_it_must_not_go() {
    let error =
        client("http://127.0.0.1:9/erp/v1").send(request(Effect::Write, "/../admin")).await.err().unwrap();
    assert_eq!((error.class(), error.code()), (Class::Validation, "unsendable"));
}

#[tokio::test]
async fn a_header_that_no_header_may_hold_is_named_and_not_shown() {
    let mut odd = request(Effect::Read, "/orders");
    odd.headers.push(("x-request-id", "canary\r\nhost: evil.example".to_owned()));
    let error = client("http://127.0.0.1:9/erp/v1").send(odd).await.err().unwrap();
    assert_eq!(error.code(), "unsendable");
    assert!(error.to_string().contains("x-request-id") && !error.to_string().contains("canary"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn no_path_leaves_the_base(path in "/?[a-z./\\\\@:%#?&= 2eE5cä\t]{0,40}") {
        let base: Url = BASE.parse().unwrap();
        if let Ok(url) = CLIENT.url(&path, "read") {
            prop_assert_eq!(url.origin(), base.origin());
            prop_assert!(url.path().starts_with("/erp/v1/"), "{}", url);
            prop_assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
        }
    }

    #[test]
    fn whatever_a_key_holds_is_one_part_of_a_path(key in "\\PC{1,40}") {
        let Some(encoded) = outbound::rest::encoded(&key) else {
            prop_assert!(matches!(key.as_str(), "." | ".."));
            return Ok(());
        };
        let url = CLIENT.url(&format!("/orders/{encoded}"), "read").unwrap();
        prop_assert_eq!(url.path_segments().unwrap().count(), 4);
        prop_assert!(url.query().is_none());
    }
}
