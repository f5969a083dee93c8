//! Connections are used again, and calls are counted by system.

use outbound::{Effect, Outbound, Pool, Settings};

use crate::world::{Raw, request, settings};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

#[tokio::test]
async fn all_clients_of_a_process_share_its_connections() {
    let raw = Raw::answers(ANSWER).await;
    let pool = Pool::new().unwrap();
    for _ in 0..3 {
        let client = Outbound::new(settings(&raw.base_url), &pool);
        for effect in [Effect::Read, Effect::Write] {
            client.send(request(effect, "/orders")).await.unwrap();
        }
    }
    assert_eq!(raw.connections(), 1);
}

#[tokio::test]
async fn calls_are_counted_by_system_whatever_comes_of_them() {
    let raw = Raw::answers(ANSWER).await;
    let pool = Pool::new().unwrap();
    assert!(pool.calls().is_empty());
    let erp = Outbound::new(settings(&raw.base_url), &pool);
    let wms = Outbound::new(Settings { system: "wms", ..settings("http://127.0.0.1:9") }, &pool.clone());
    erp.send(request(Effect::Read, "/orders")).await.unwrap();
    erp.send(request(Effect::Write, "/orders")).await.unwrap();
    assert!(wms.send(request(Effect::Read, "/fulfilments")).await.is_err());
    assert_eq!(pool.calls(), [("erp", 2), ("wms", 1)].into());
}

#[tokio::test]
async fn we_say_who_we_are_and_not_where_we_come_from() {
    let server = wiremock::MockServer::start().await;
    let any = wiremock::Mock::given(wiremock::matchers::any());
    any.respond_with(wiremock::ResponseTemplate::new(200)).mount(&server).await;
    let client = Outbound::new(settings(&server.uri()), &Pool::new().unwrap());
    client.send(request(Effect::Write, "/orders")).await.unwrap();
    let sent = server.received_requests().await.unwrap().remove(0);
    assert_eq!(sent.headers["user-agent"], concat!("tillbridge/", env!("CARGO_PKG_VERSION")));
    assert!(!sent.headers.contains_key("referer") && !sent.headers.contains_key("cookie"));
    assert_eq!((sent.method.as_str(), sent.body.as_slice()), ("POST", b"{}".as_slice()));
}
