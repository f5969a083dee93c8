//! How every AWS client is configured.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_sdk_dynamodb::config::Credentials;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

/// Longest time to connect to an AWS service.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// Longest that one attempt of a request may take.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);
/// Longest that a request may take with the SDK's own retries. A function must outlive two of them, or Lambda ends it before it can
/// say what went wrong: ingest reads a secret and sends, a consumer writes what it begins and what came of it. `cargo xtask tidy`
/// holds the functions' times to this.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(4);

/// Region, credentials and endpoint from where the SDK looks for them (`AWS_ENDPOINT_URL` included), TLS by rustls
/// with ring: the provider that `outbound` uses as well, so that a function holds one.
pub async fn sdk_config() -> SdkConfig {
    loader().load().await
}

/// The local cloud at a URL, with keys that open nothing: the user's own must not be sent there.
pub async fn sdk_config_of_local_cloud(url: &str) -> SdkConfig {
    let keys = Credentials::new("test", "test", None, None, "local cloud");
    loader()
        .endpoint_url(url)
        .region(Region::from_static("us-east-1"))
        .credentials_provider(keys)
        .load()
        .await
}

fn loader() -> ConfigLoader {
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build();
    aws_config::defaults(BehaviorVersion::latest()).http_client(http).timeout_config(timeouts)
}
