//! The consumer function.

use std::sync::Arc;

use aws_lambda_events::sqs::SqsEvent;
use consumer::{Config, Consumer};
use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};
use mimalloc::MiMalloc;

/// An order is thousands of small allocations; this one takes a quarter off its work (`cargo xtask bench`).
/// Without huge pages: they would make 30 MB resident of 22.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber(); // level and form come from Lambda's own logging settings
    let config = Config::parse(std::env::vars())?;
    let consumer = Arc::new(Consumer::connect(config).await?);
    run(service_fn(move |event: LambdaEvent<SqsEvent>| {
        let consumer = Arc::clone(&consumer);
        async move { consumer.handle(event).await }
    }))
    .await
}
