//! The deployed stack, found by what `cargo xtask up` has noted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use serde::Deserialize;

use crate::{Cloud, Queues, Sandbox, Table, Webhooks};

/// `target/local/state.json`.
#[derive(Clone, Debug, Deserialize)]
pub struct State {
    /// Where the local cloud answers.
    pub cloud_url: String,
    /// Where the sandbox answers.
    pub sandbox_url: String,
    /// The stage.
    pub stage: String,
    /// `POST <webhook_url>/<source>/<pair>`.
    pub webhook_url: String,
    /// The table's name.
    pub table: String,
    /// The dead-letter queue.
    pub dead_letter_queue_url: String,
    /// The queue of each flow.
    pub queue_urls: BTreeMap<String, String>,
    /// Outputs of the conformance probe; empty before it is deployed.
    pub conformance: BTreeMap<String, String>,
}

/// `infra/local/secrets.json`: a secret's value by its kind.
pub type Secrets = BTreeMap<String, serde_json::Value>;

/// The stack and everything that reaches it.
#[derive(Clone, Debug)]
pub struct Stack {
    /// Where everything is.
    pub state: State,
    /// The local secrets.
    pub secrets: Secrets,
    /// As a sender of webhooks sees it.
    pub webhooks: Webhooks,
    /// The four systems.
    pub sandbox: Sandbox,
    /// The local cloud's own API.
    pub cloud: Cloud,
    /// The table.
    pub table: Table,
    /// The queues.
    pub queues: Queues,
    /// DynamoDB.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// SQS.
    pub sqs: aws_sdk_sqs::Client,
}

impl Stack {
    /// Finds it.
    ///
    /// # Errors
    /// Nothing is deployed.
    pub fn from_env() -> Result<Self> {
        let state: State =
            read("target/local/state.json").context("no stack is deployed; run `cargo xtask up` first")?;
        let secrets: Secrets = read("infra/local/secrets.json")?;
        // A second test of the process finds it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().build()?;
        let aws_http = aws_smithy_http_client::Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        let keys =
            aws_sdk_sqs::config::Credentials::new("test", "test", None, None, "the local cloud checks none");
        let dynamodb = aws_sdk_dynamodb::Client::from_conf(
            aws_sdk_dynamodb::Config::builder()
                .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::v2026_01_12())
                .region(aws_sdk_dynamodb::config::Region::new("us-east-1"))
                .credentials_provider(keys.clone())
                .endpoint_url(&state.cloud_url)
                .http_client(aws_http.clone())
                .build(),
        );
        let sqs = aws_sdk_sqs::Client::from_conf(
            aws_sdk_sqs::Config::builder()
                .behavior_version(aws_sdk_sqs::config::BehaviorVersion::v2026_01_12())
                .region(aws_sdk_sqs::config::Region::new("us-east-1"))
                .credentials_provider(keys)
                .endpoint_url(&state.cloud_url)
                .http_client(aws_http)
                .build(),
        );
        Ok(Self {
            webhooks: Webhooks::new(http.clone(), state.webhook_url.clone()),
            cloud: Cloud::new(http.clone(), state.cloud_url.clone()),
            sandbox: Sandbox::new(http, state.sandbox_url.clone()),
            table: Table::new(dynamodb.clone(), state.table.clone()),
            queues: Queues::new(sqs.clone()),
            dynamodb,
            sqs,
            state,
            secrets,
        })
    }

    /// A live signing secret of a source: `stripe` or `wms`.
    ///
    /// # Errors
    /// The local secrets have none for it.
    pub fn signing_secret(&self, source: &str) -> Result<&str> {
        self.secrets
            .get(&format!("{source}-webhook"))
            .and_then(|secret| secret["signing_secrets"][0].as_str())
            .with_context(|| format!("infra/local/secrets.json has no signing secret for {source}"))
    }

    /// Sends an event as Stripe does, signed now.
    ///
    /// # Errors
    /// No answer.
    pub async fn send_stripe(&self, pair: &str, body: &str) -> Result<crate::Answer> {
        let signature = crate::stripe(self.signing_secret("stripe")?, body.as_bytes())?;
        self.send_signed(pair, &signature, body.as_bytes()).await
    }

    /// Sends a body with this value of `Stripe-Signature`.
    ///
    /// # Errors
    /// No answer.
    pub async fn send_signed(&self, pair: &str, signature: &str, body: &[u8]) -> Result<crate::Answer> {
        let headers = [("stripe-signature", signature), ("content-type", "application/json; charset=utf-8")];
        self.webhooks.post("stripe", pair, &headers, body.to_vec()).await
    }
}

fn read<T: serde::de::DeserializeOwned>(relative: &str) -> Result<T> {
    let file: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(relative);
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {relative}"))?;
    serde_json::from_str(&text).with_context(|| format!("{relative} has another form"))
}
