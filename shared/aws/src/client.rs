//! How every AWS client is configured.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

/// Longest time to connect to an AWS service.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest that one attempt of a request may take.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest that a request may take with the SDK's own retries.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(12);

/// Region, credentials and endpoint from where the SDK looks for them (`AWS_ENDPOINT_URL` included), TLS by rustls
/// with ring: the provider that `outbound` uses as well, so that a function holds one.
pub async fn sdk_config() -> SdkConfig {
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build();
    aws_config::defaults(BehaviorVersion::latest()).http_client(http).timeout_config(timeouts).load().await
}
