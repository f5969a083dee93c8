//! `tillbridge send`: an event as Stripe would send it.

use jiff::Timestamp;
use secrecy::SecretString;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world::World;

const BODY: &str = "{\n  \"id\": \"evt_1\"\n}\n";

async fn ingest(status: u16, text: &str) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/webhooks/stripe/main"))
        .respond_with(ResponseTemplate::new(status).set_body_string(text))
        .mount(&server)
        .await;
    server
}

/// Whether the stage's secret has signed what came.
async fn is_genuine(server: &MockServer, secret: &str) -> Vec<bool> {
    let requests = server.received_requests().await.unwrap();
    let genuine = |request: &wiremock::Request| {
        assert_eq!(request.body, BODY.as_bytes(), "the bytes are the file's");
        let header = request.headers["stripe-signature"].to_str().unwrap();
        stripe::webhook::verify(&[SecretString::from(secret)], Some(header), &request.body, Timestamp::now())
            .is_ok()
    };
    requests.iter().map(genuine).collect()
}

async fn world() -> (World, String) {
    let world = World::new().await;
    let file = world.folder.path().join("event.json");
    std::fs::write(&file, BODY).unwrap();
    (world, file.to_str().unwrap().to_owned())
}

#[tokio::test]
async fn an_event_is_signed_with_the_stages_secret_as_often_as_asked() {
    let (world, file) = world().await;
    let server = ingest(200, "queued: order-to-cash\n").await;
    let url = format!("{}/webhooks", server.uri());
    let said = world.run(&["send", &file, "--url", &url, "--times", "3"]).await;
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
    assert_eq!(said.out, "200 queued: order-to-cash\n".repeat(3));
    assert_eq!(is_genuine(&server, sandbox::STRIPE_SIGNING_SECRET).await, [true; 3]);
    let said = world.run(&["send", &file, "--url", &url, "--json"]).await;
    assert_eq!(said.json_lines(), [serde_json::json!({ "status": 200, "answer": "queued: order-to-cash" })]);
}

#[tokio::test]
async fn a_forged_event_is_signed_by_somebody_else_and_its_refusal_is_a_problem() {
    let (world, file) = world().await;
    let server = ingest(400, "refused: signature_mismatch").await;
    let said = world.run(&["send", &file, "--url", &format!("{}/webhooks", server.uri()), "--forge"]).await;
    assert_eq!((said.code, said.out.as_str()), (1, "400 refused: signature_mismatch\n"), "{said:?}");
    assert_eq!(is_genuine(&server, sandbox::STRIPE_SIGNING_SECRET).await, [false]);
}

#[tokio::test]
async fn an_ingest_or_a_secret_that_is_not_there_is_told() {
    let (world, file) = world().await;
    let said = world.run(&["send", &file, "--url", "http://127.0.0.1:9/webhooks"]).await;
    assert_eq!((said.code, said.out.as_str()), (3, ""), "{said:?}");
    assert!(said.err.contains("ingest cannot be reached"), "{}", said.err);
    world.cloud.delete_secret("tillbridge/local/main/stripe-webhook");
    let said = world.run(&["send", &file, "--url", "http://127.0.0.1:9/webhooks"]).await;
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.err.contains("tillbridge/local/main/stripe-webhook: it is missing"), "{}", said.err);
}
