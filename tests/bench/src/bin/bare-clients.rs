//! What the consumer is measured beside: a function that holds the same clients and does nothing with them but a call of each.

use aws_lambda_events::sqs::SqsEvent;
use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    // A second installation is refused and harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let aws = aws::sdk_config().await;
    let (table, queue) = (aws_sdk_dynamodb::Client::new(&aws), aws_sdk_sqs::Client::new(&aws));
    let secrets = aws_sdk_secretsmanager::Client::new(&aws);
    let http = reqwest::Client::new();
    run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        for record in event.payload.records {
            let text = record.body.unwrap_or_default();
            secrets.get_secret_value().secret_id(&text).send().await?;
            table.get_item().table_name(&text).send().await?;
            table.query().table_name(&text).send().await?;
            table.put_item().table_name(&text).send().await?;
            table.transact_write_items().send().await?;
            queue.send_message().queue_url(&text).send().await?;
            queue.change_message_visibility().queue_url(&text).send().await?;
            http.get(&text).send().await?.bytes().await?;
        }
        Ok::<_, Error>(())
    }))
    .await
}
