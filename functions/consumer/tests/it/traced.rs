//! One trace id from the webhook to the last step: in the log of each function, in the row, in the letter, and in what is sent to those
//! who take one.

use cloud::log;
use std::sync::Arc;

use flow::execution::{Execution, Status};
use flow::route::Routes;
use flow::{Message, QueueName};
use ingest::{Ingest, SigningSecrets, Source};
use lambda_http::http::{Method, Request};
use sandbox::{STRIPE_SIGNING_SECRET, Seeded, System, sign_stripe};
use serde_json::Value;

use crate::world::{FLOW, World};

/// As API Gateway gives every request one.
const TRACE: &str = "1-67891233-abcdef012345678912345678";

/// Sends an event to ingest; gives what it enqueued.
async fn ingested(world: &World, seeded: &Seeded) -> Message {
    let secrets = Arc::new(world.vault.client().await);
    let ingest = Ingest {
        stage: world.stage().clone(),
        routes: Routes::new(flows::routes().unwrap(), &Source::ALL.map(Source::as_str)),
        signing: SigningSecrets::new("local", secrets),
        queue: world.queue.clone(),
        clock: world.clock.clone(),
    };
    let body = seeded.event.to_string();
    let request = Request::builder()
        .method(Method::POST)
        .uri("https://hooks.test/webhooks/stripe/main")
        .header("x-amzn-trace-id", format!("Root={TRACE};Sampled=1"))
        .header(
            "stripe-signature",
            sign_stripe(STRIPE_SIGNING_SECRET, world.clock_now().as_second(), body.as_bytes()),
        )
        .body(lambda_http::Body::Text(body))
        .unwrap();
    let answer = ingest.handle(request).await.unwrap_or_else(|never| match never {});
    assert_eq!(answer.status(), 200, "{:?}", answer.body());
    world.queue.sent(&QueueName::Flow(FLOW.parse().unwrap())).pop().unwrap()
}

async fn followed(kind: &str) -> (World, Execution, Vec<Value>) {
    log::listen();
    let world = World::new().await;
    let message = ingested(&world, &world.seed(kind)).await;
    let execution = world.settle(&message).await;
    let event = message.attributes["tb.event"].clone();
    let lines = log::heard();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let about_it = lines.filter(|line| line["fields"]["event.id"] == event.as_str()).collect();
    (world, execution, about_it)
}

#[tokio::test]
async fn one_trace_id_from_the_webhook_to_the_last_step() {
    let (world, execution, lines) = followed("simple").await;
    assert_eq!((execution.status, execution.trace_id.as_str()), (Status::Done, TRACE));
    // Ingest's line and the consumer's at least.
    assert!(lines.len() >= 2, "{lines:?}");
    assert!(lines.iter().any(|line| !line["fields"]["http.status"].is_null()), "{lines:?}");
    assert!(lines.iter().any(|line| line["fields"]["outcome"] == "done"), "{lines:?}");
    for line in &lines {
        assert_eq!(line["fields"]["trace.id"], TRACE, "{line}");
    }
    let requests = world.sandbox.requests(0);
    for system in [System::Erp, System::Wms] {
        let mut asked = requests.iter().filter(|request| request.system == system).peekable();
        assert!(asked.peek().is_some(), "{system:?} was not asked");
        for request in asked {
            let sent = request.headers.iter().find(|(name, _)| name == "x-request-id");
            assert_eq!(sent.map(|(_, id)| id.as_str()), Some(TRACE), "{request:?}");
        }
    }
}

#[tokio::test]
async fn a_parked_event_and_its_letter_keep_the_trace_id() {
    let (world, execution, lines) = followed("holded").await;
    assert_eq!((execution.status, execution.trace_id.as_str()), (Status::Parked, TRACE));
    assert!(lines.iter().all(|line| line["fields"]["trace.id"] == TRACE), "{lines:?}");
    let letters = world.letters();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].attributes["tb.trace"], TRACE);
}
