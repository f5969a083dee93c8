//! Secrets Manager as far as the consumer asks it: secrets by name, which a test may store, rotate and take away.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_sdk_secretsmanager::config::Credentials;
use serde_json::{Value, json};
use wiremock::matchers::header;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

#[derive(Clone, Default)]
struct Shelf(Arc<Mutex<BTreeMap<String, Vec<String>>>>);

impl Respond for Shelf {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let asked: Value = request.body_json().unwrap();
        let name = asked["SecretId"].as_str().unwrap();
        match self.0.lock().unwrap().get(name) {
            Some(versions) => ResponseTemplate::new(200).set_body_json(json!({
                "Name": name, "SecretString": versions.last(), "VersionId": format!("v{}", versions.len())
            })),
            None => ResponseTemplate::new(400)
                .set_body_json(json!({"__type": "ResourceNotFoundException", "message": "no such secret"})),
        }
    }
}

pub(crate) struct Vault {
    server: MockServer,
    shelf: Shelf,
}

impl Vault {
    /// The local stack's secrets, for the pair `main`.
    pub(crate) async fn new() -> Self {
        let vault = Self { server: MockServer::start().await, shelf: Shelf::default() };
        Mock::given(header("x-amz-target", "secretsmanager.GetSecretValue"))
            .respond_with(vault.shelf.clone())
            .mount(&vault.server)
            .await;
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/local/secrets.json");
        let local: BTreeMap<String, Value> =
            serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        for (kind, secret) in local {
            vault.put(&kind, &secret);
        }
        vault
    }

    /// Stores the next version of a secret of `main`.
    pub(crate) fn put(&self, kind: &str, secret: &Value) {
        let name = format!("tillbridge/local/main/{kind}");
        self.shelf.0.lock().unwrap().entry(name).or_default().push(secret.to_string());
    }

    pub(crate) fn remove(&self, kind: &str) {
        self.shelf.0.lock().unwrap().remove(&format!("tillbridge/local/main/{kind}"));
    }

    /// A process's client, with an empty cache.
    pub(crate) async fn client(&self) -> aws::Secrets {
        let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .region(aws_config::Region::new("eu-central-1"))
            .endpoint_url(self.server.uri())
            .load()
            .await;
        aws::Secrets::new(&config)
    }
}
