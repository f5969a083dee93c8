//! The Lambda behind `POST /webhooks/{source}/{pair}`.

use std::sync::Arc;

use ingest::{Config, Ingest, SigningSecrets};
use lambda_http::{Error, Request, run, service_fn, tracing};

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let Config { stage, routes, queues } = Config::load(std::env::vars())?;
    let aws = aws::sdk_config().await;
    let signing = SigningSecrets::new(&stage.stage, Arc::new(aws::Secrets::new(&aws)));
    let queue = Arc::new(aws::Queues::new(&aws, queues));
    let ingest = Ingest { stage, routes, signing, queue, clock: Arc::new(aws::SystemClock) };
    run(service_fn(|request: Request| ingest.handle(request))).await
}
