//! An ingest whose queues are in memory and whose Secrets Manager is scripted.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_secretsmanager::config::Credentials;
use environment::Stage;
use flow::memory::{MemoryClock, MemoryQueue};
use flow::plan::Trigger;
use flow::route::Routes;
use flow::{Class, FlowName, Message, Queue, QueueError, QueueName};
use ingest::{Ingest, SigningSecrets, Source};
use jiff::{SignedDuration, Timestamp};
use lambda_http::http::{Method, Request as HttpRequest};
use lambda_http::{Body, Request};
use secrecy::SecretString;
use serde_json::{Value, json};
use wiremock::matchers::{body_string_contains, header};
use wiremock::{Mock, MockServer, ResponseTemplate};

pub(crate) const SECRET: &str = "whsec_canaryMAIN";
pub(crate) const OLD_SECRET: &str = "whsec_canaryOLD";
pub(crate) const OTHER_SECRET: &str = "whsec_canaryOTHER";
pub(crate) const MAGENTO_TOKEN: &str = "canary-token";
pub(crate) const OLD_MAGENTO_TOKEN: &str = "canary-token-old";
pub(crate) const WMS_SECRET: &str = "whsec_Y2FuYXJ5TUFJTg==";
pub(crate) const OLD_WMS_SECRET: &str = "whsec_Y2FuYXJ5T0xE";
pub(crate) const FLOW: &str = "order-to-cash";

pub(crate) struct World {
    pub(crate) ingest: Ingest,
    pub(crate) queue: Arc<MemoryQueue>,
    pub(crate) clock: Arc<MemoryClock>,
    pub(crate) secrets: MockServer,
}

/// What the sender sees.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

/// A stage whose pairs are `main` (two signing secrets), `other` (another account) and `bare` (no secret).
fn stage(mode: &str) -> Stage {
    let pair = |id: &str, account: &str| {
        format!(
            "  {id}:\n    books: true\n    stripe: {{ account: {account}, base_url: \"https://s.test\", api_version: v }}\n    \
             magento: {{ base_url: \"https://m.test\" }}\n    \
             erp: {{ base_url: \"https://e.test\", time_zone: Europe/Berlin, currency: EUR }}\n    \
             wms: {{ base_url: \"https://w.test\" }}\n"
        )
    };
    let pairs = [pair("main", "acct_main"), pair("other", "acct_other"), pair("bare", "acct_bare")].concat();
    Stage::parse("local", &format!("stage: local\nmode: {mode}\npairs:\n{pairs}")).unwrap()
}

impl World {
    pub(crate) async fn new(mode: &str) -> Self {
        let queue = Arc::new(MemoryQueue::default());
        Self::with_queue(mode, queue.clone(), queue).await
    }

    pub(crate) async fn with_queue(mode: &str, port: Arc<dyn Queue>, queue: Arc<MemoryQueue>) -> Self {
        let secrets = MockServer::start().await;
        for (of, signing_secrets) in [
            ("main/stripe", json!([SECRET, OLD_SECRET])),
            ("main/magento", json!([MAGENTO_TOKEN, OLD_MAGENTO_TOKEN])),
            ("main/wms", json!([WMS_SECRET, OLD_WMS_SECRET])),
            ("other/stripe", json!([OTHER_SECRET])),
        ] {
            let name = format!("tillbridge/local/{of}-webhook");
            let text = json!({ "signing_secrets": signing_secrets }).to_string();
            let answer = json!({"Name": name, "SecretString": text, "VersionId": "v1"});
            Mock::given(header("x-amz-target", "secretsmanager.GetSecretValue"))
                .and(body_string_contains(&name))
                .respond_with(ResponseTemplate::new(200).set_body_json(answer))
                .mount(&secrets)
                .await;
        }
        let missing = json!({"__type": "ResourceNotFoundException", "message": "no such secret"});
        Mock::given(body_string_contains("bare"))
            .respond_with(ResponseTemplate::new(400).set_body_json(missing))
            .mount(&secrets)
            .await;
        let signing = signing_secrets(&secrets.uri()).await;
        let clock = Arc::new(MemoryClock::new(now(), 7));
        let ingest = Ingest {
            stage: stage(mode),
            routes: Routes::new(routes_of(FLOW), &Source::ALL.map(Source::as_str)),
            signing,
            queue: port,
            clock: clock.clone(),
        };
        Self { ingest, queue, clock, secrets }
    }

    pub(crate) async fn send(&self, request: Request) -> Answer {
        let response = self.ingest.handle(request).await.unwrap();
        let text = String::from_utf8(response.body().as_ref().to_vec()).unwrap();
        let shop_and_warehouse = [MAGENTO_TOKEN, OLD_MAGENTO_TOKEN, WMS_SECRET, OLD_WMS_SECRET];
        for secret in [SECRET, OLD_SECRET, OTHER_SECRET].into_iter().chain(shop_and_warehouse) {
            assert!(!text.contains(secret), "{text}");
        }
        Answer { status: response.status().as_u16(), text }
    }

    /// A body signed with `secret` now.
    pub(crate) async fn post(&self, path: &str, secret: &str, body: &[u8]) -> Answer {
        self.send(request(path, &[("stripe-signature", &signature(secret, body, 0))], body)).await
    }

    /// What stands on the flow's queue; nothing may stand anywhere else.
    pub(crate) fn queued(&self) -> Vec<Message> {
        assert!(self.queue.sent(&QueueName::DeadLetter).is_empty());
        self.queue.sent(&QueueName::Flow(FLOW.parse().unwrap()))
    }

    pub(crate) async fn secret_reads(&self) -> usize {
        self.secrets.received_requests().await.unwrap().len()
    }
}

/// What signatures are checked with, from a Secrets Manager at this address.
pub(crate) async fn signing_secrets(endpoint: &str) -> SigningSecrets {
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .region(aws_config::Region::new("eu-central-1"))
        .endpoint_url(endpoint)
        .load()
        .await;
    SigningSecrets::new("local", Arc::new(aws::Secrets::new(&config)))
}

/// The header for a body, signed `age_s` seconds ago.
pub(crate) fn signature(secret: &str, body: &[u8], age_s: i64) -> String {
    stripe::webhook::sign(&SecretString::from(secret), body, now() - SignedDuration::from_secs(age_s))
}

pub(crate) fn request(path: &str, headers: &[(&str, &str)], body: &[u8]) -> Request {
    let mut builder = HttpRequest::builder().method(Method::POST).uri(format!("https://hooks.test{path}"));
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(Body::Binary(body.to_vec())).unwrap()
}

/// A `charge.succeeded` with some fields changed.
pub(crate) fn event(changes: &Value) -> String {
    let mut event = json!({
        "id": "evt_1", "object": "event", "api_version": "2026-10-28.endive", "created": 1_700_000_000, "livemode": false,
        "pending_webhooks": 1, "request": null, "type": "charge.succeeded",
        "data": {"object": {"id": "ch_1", "object": "charge", "payment_intent": "pi_1", "billing_details": {"name": "Änn \u{1F600}"}}}
    });
    for (name, value) in changes.as_object().unwrap() {
        event[name] = value.clone();
    }
    // As Stripe sends it: with line ends.
    serde_json::to_string_pretty(&event).unwrap()
}

/// A queue that takes nothing, or nothing for one flow.
pub(crate) struct Refusing;

#[async_trait]
impl Queue for Refusing {
    async fn send(&self, to: &QueueName, _: Message) -> Result<(), QueueError> {
        Err(QueueError { queue: to.clone(), class: Class::Transient, message: "down".to_owned() })
    }

    async fn delay(&self, _: &QueueName, _: &str, _: SignedDuration) -> Result<(), QueueError> {
        panic!("ingest never delays")
    }
}

/// The triggers of one shipped flow: how many hear of an event is shown where that is looked at.
pub(crate) fn routes_of(name: &str) -> Vec<(FlowName, Vec<Trigger>)> {
    flows::routes().unwrap().into_iter().filter(|(flow, _)| flow.as_str() == name).collect()
}
