//! A stage of two pairs, its secrets, and one server that is every system of both.

use std::sync::Arc;
use std::time::Duration;

use aws::Secrets;
use aws_sdk_secretsmanager::config::Credentials;
use cloud::Cloud;
use connections::Connections;
use environment::Stage;
use flow::Ports;
use flow::memory::{MemoryClock, MemoryQueue, MemoryStore};
use jiff::Timestamp;
use outbound::Pool;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

pub(crate) struct World {
    pub(crate) cloud: Cloud,
    pub(crate) server: MockServer,
    pub(crate) connections: Connections,
}

fn pair(id: &str, account: &str, server: &str) -> String {
    format!(
        "  {id}:\n    books: true\n    stripe: {{ account: {account}, base_url: '{server}/{id}/stripe', api_version: v }}\n    \
         magento: {{ base_url: '{server}/{id}/magento' }}\n    \
         erp: {{ base_url: '{server}/{id}/erp', time_zone: Europe/Berlin, currency: EUR }}\n    \
         wms: {{ base_url: '{server}/{id}/wms' }}\n"
    )
}

/// What a pair's secrets hold; every value holds the pair's name.
pub(crate) fn secret(pair: &str, kind: &str) -> Value {
    match kind {
        "stripe" => json!({ "api_key": format!("rk_test_canary_{pair}") }),
        "magento" => {
            let value = |name: &str| format!("canary-{pair}-{name}");
            json!({
                "consumer_key": value("ck"), "consumer_secret": value("cs"),
                "access_token": value("at"), "access_token_secret": value("ats")
            })
        }
        _ => json!({ "token": format!("canary-{pair}-{kind}") }),
    }
}

pub(crate) const KINDS: [&str; 4] = ["stripe", "magento", "erp", "wms"];

impl World {
    pub(crate) async fn new() -> Self {
        let server = MockServer::start().await;
        let health = json!({ "version": "1", "company_currency": "EUR" });
        Mock::given(any())
            .respond_with(ResponseTemplate::new(200).set_body_json(health))
            .mount(&server)
            .await;
        let pairs = [pair("main", "acct_1", &server.uri()), pair("other", "acct_2", &server.uri())].concat();
        let stage = Stage::parse("test", &format!("stage: test\nmode: test\npairs:\n{pairs}")).unwrap();
        let cloud = Cloud::start().await.unwrap();
        let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .region(aws_config::Region::new("eu-central-1"))
            .endpoint_url(cloud.endpoint())
            .load()
            .await;
        let ports = Ports {
            store: Arc::new(MemoryStore::default()),
            queue: Arc::new(MemoryQueue::default()),
            clock: Arc::new(MemoryClock::new(Timestamp::now(), 7)),
        };
        let connections =
            Connections::new(stage, Arc::new(Secrets::new(&config)), ports, Pool::new().unwrap());
        let world = Self { cloud, server, connections };
        for pair in ["main", "other"] {
            for kind in KINDS {
                world.put(pair, kind, &secret(pair, kind));
            }
        }
        world
    }

    pub(crate) fn put(&self, pair: &str, kind: &str, secret: &Value) {
        self.cloud.put_secret(&format!("tillbridge/test/{pair}/{kind}"), &secret.to_string());
    }

    /// Every secret is older than it is believed.
    pub(crate) async fn secrets_grow_old(&self) {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(301)).await;
        tokio::time::resume();
    }
}
