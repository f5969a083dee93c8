//! A function that does nothing but hold the same clients: what the others are measured beside.

use aws_sdk_sqs::Client;
use lambda_http::{Body, Error, Request, Response, run, service_fn};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let config = aws::sdk_config().await;
    let sqs = Client::new(&config);
    let handler = |request: Request| {
        let sqs = &sqs;
        async move {
            let _held = (sqs, request.body().len());
            Response::builder().status(200).body(Body::Empty)
        }
    };
    run(service_fn(handler)).await
}
