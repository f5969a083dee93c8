//! The Lambda that a schedule starts: catch-up.

use std::sync::Arc;

use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};
use sweep::{Config, Sweep};

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber(); // level and form come from Lambda's own logging settings
    let config = Config::parse(std::env::vars())?;
    let sweep = Arc::new(Sweep::connect(config).await?);
    run(service_fn(move |event: LambdaEvent<serde_json::Value>| {
        let sweep = Arc::clone(&sweep);
        async move { sweep.handle(&event.context).await }
    }))
    .await
}
