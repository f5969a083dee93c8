//! Secrets Manager with the local stack's secrets, which a test may rotate and take away.

use std::collections::BTreeMap;

use aws_sdk_secretsmanager::config::Credentials;
use cloud::Cloud;
use serde_json::Value;

pub(crate) struct Vault(Cloud);

/// The local stack's secrets, by kind.
pub(crate) fn local() -> BTreeMap<String, Value> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/local/secrets.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

impl Vault {
    /// All of the local stack's secrets, for the pair `main`.
    pub(crate) async fn new() -> Self {
        let vault = Self(Cloud::start().await.unwrap());
        for (kind, secret) in local() {
            vault.put(&kind, &secret);
        }
        vault
    }

    /// Stores the next version of a secret of `main`.
    pub(crate) fn put(&self, kind: &str, secret: &Value) {
        self.0.put_secret(&format!("tillbridge/local/main/{kind}"), &secret.to_string());
    }

    pub(crate) fn remove(&self, kind: &str) {
        self.0.delete_secret(&format!("tillbridge/local/main/{kind}"));
    }

    /// A process's client, with an empty cache.
    pub(crate) async fn client(&self) -> aws::Secrets {
        let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .region(aws_config::Region::new("eu-central-1"))
            .endpoint_url(self.0.endpoint())
            .load()
            .await;
        aws::Secrets::new(&config)
    }
}
