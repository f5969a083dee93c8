//! JSON with a bearer token: the current one, then once the other.

use jiff::{SignedDuration, Timestamp};
use outbound::rest::{Exchange, Rest, TOKENS_MAX};
use outbound::{Effect, Error, Method};
use secrecy::SecretString;
use serde_json::{Value, json};
use wiremock::matchers::{any, header};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world::client;

fn rest(server: &MockServer, tokens: &[&str]) -> Result<Rest, Error> {
    Rest::new(client(&server.uri()), tokens.iter().map(|token| SecretString::from(*token)).collect())
}

fn exchange() -> Exchange {
    Exchange {
        method: Method::Put,
        path_and_query: "/orders/41".to_owned(),
        headers: vec![("if-match", "\"1\"".to_owned())],
        effect: Effect::Write,
        action: "put order 41".to_owned(),
    }
}

async fn server(known: &str) -> MockServer {
    let server = MockServer::start().await;
    let ours = Mock::given(header("authorization", format!("Bearer {known}")));
    ours.respond_with(ResponseTemplate::new(200).set_body_json(json!({}))).mount(&server).await;
    Mock::given(any()).respond_with(ResponseTemplate::new(401)).mount(&server).await;
    server
}

/// Status of each request by the token that it carried.
async fn tokens(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    let token = |request: &wiremock::Request| {
        request.headers["authorization"].to_str().unwrap().replace("Bearer ", "")
    };
    requests.iter().map(token).collect()
}

#[tokio::test]
async fn a_call_carries_what_the_contract_wants() {
    let server = server("new").await;
    let bound =
        rest(&server, &["new"]).unwrap().bind(Timestamp::now() + SignedDuration::from_mins(1), "trace-1");
    bound.send(exchange(), Some(&json!({ "a": 1 }))).await.unwrap();
    let sent = server.received_requests().await.unwrap().remove(0);
    assert_eq!((sent.method.as_str(), sent.url.path()), ("PUT", "/orders/41"));
    for (name, value) in [
        ("accept", "application/json"),
        ("content-type", "application/json"),
        ("x-request-id", "trace-1"),
        ("if-match", "\"1\""),
    ] {
        assert_eq!(sent.headers[name], value, "{name}");
    }
    assert_eq!(sent.body_json::<Value>().unwrap(), json!({ "a": 1 }));
}

#[tokio::test]
async fn the_other_token_is_tried_once_and_remembered_by_every_clone() {
    let server = server("new").await;
    let rest = rest(&server, &["old", "new"]).unwrap();
    for _ in 0..2 {
        assert_eq!(rest.clone().send(exchange(), None::<&()>).await.unwrap().status, 200);
    }
    assert_eq!(tokens(&server).await, ["old", "new", "new"]);
}

#[tokio::test]
async fn two_refusals_are_the_answer_and_the_order_stays() {
    let server = server("another").await;
    let rest = rest(&server, &["a", "b"]).unwrap();
    for _ in 0..2 {
        assert_eq!(rest.send(exchange(), None::<&()>).await.unwrap().status, 401);
    }
    assert_eq!(tokens(&server).await, ["a", "b", "a", "b"]);
}

#[tokio::test]
async fn tokens_that_cannot_be_sent_make_no_client_and_are_not_shown() {
    let server = server("a").await;
    assert_eq!(TOKENS_MAX, 2);
    for tokens in
        [&[][..], &[""][..], &["can ary"][..], &["canary\n"][..], &["canäry"][..], &["a", "b", "c"][..]]
    {
        let error = rest(&server, tokens).err().unwrap();
        assert_eq!(error.code(), "unsendable");
        assert!(
            !["canary", "can ary", "canäry"].iter().any(|token| error.to_string().contains(token)),
            "{error}"
        );
    }
}
