//! A cloud with a table, and clients of it.

use aws::{SdkConfig, Secrets, Table};
use aws_config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::Credentials;
use cloud::Cloud;

pub(crate) const TABLE: &str = "tillbridge-test";

pub(crate) struct World {
    pub(crate) cloud: Cloud,
    pub(crate) config: SdkConfig,
}

impl World {
    pub(crate) async fn new() -> Self {
        let cloud = Cloud::start().await.unwrap();
        cloud.create_table(TABLE);
        let config = config(cloud.endpoint()).await;
        Self { cloud, config }
    }

    pub(crate) fn table(&self) -> Table {
        Table::new(&self.config, TABLE)
    }

    pub(crate) fn secrets(&self) -> Secrets {
        Secrets::new(&self.config)
    }
}

/// One attempt a request, so that a refusal is seen as it is.
pub(crate) async fn config(endpoint: &str) -> SdkConfig {
    aws_config::defaults(aws_config::BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .region(aws_config::Region::new("eu-central-1"))
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().operation_timeout(std::time::Duration::from_secs(5)).build())
        .endpoint_url(endpoint)
        .load()
        .await
}
