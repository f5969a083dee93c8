//! Events as Lambda hands them to a function.

use anyhow::{Context, Result};
use flow::Delivery;
use jiff::Timestamp;
use sandbox::Seeded;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use crate::payload;

/// The paid order as the flow's queue delivers it to the consumer.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>
pub(crate) fn from_queue(paid: &Seeded) -> Result<Value> {
    let text = |name: &str| paid.event[name].as_str().with_context(|| format!("the event has no {name}"));
    let message = Delivery {
        pair: "main".parse()?,
        source: "stripe".to_owned(),
        event: text("id")?.parse()?,
        event_type: text("type")?.to_owned(),
        entity: format!("payment_intent:{}", paid.payment_intent.as_deref().context("no intent")?),
        received_at: Timestamp::now(),
        trace_id: "1-67891233-abcdef012345".to_owned(),
        replay: None,
        park: None,
        receive_count: 1,
        body: payload::text(&paid.event)?,
    }
    .to_message();
    let attributes: Map<String, Value> = message
        .attributes
        .into_iter()
        .map(|(name, value)| {
            (name, json!({ "stringValue": value, "dataType": "String", "stringListValues": [], "binaryListValues": [] }))
        })
        .collect();
    Ok(json!({ "Records": [{
        "messageId": "00000000-0000-4000-8000-000000000000", "receiptHandle": "bench", "body": message.body,
        "attributes": { "ApproximateReceiveCount": "1", "MessageGroupId": message.group,
            "MessageDeduplicationId": message.deduplication_id },
        "messageAttributes": attributes, "md5OfBody": "", "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:bench.fifo", "awsRegion": "us-east-1"
    }] }))
}

/// A signed webhook as the REST API hands it to ingest.
///
/// Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>
pub(crate) fn from_gateway(body: &str) -> Value {
    let secret = SecretString::from(sandbox::STRIPE_SIGNING_SECRET);
    let signature = stripe::webhook::sign(&secret, body.as_bytes(), Timestamp::now());
    let headers = json!({ "stripe-signature": signature, "content-type": "application/json; charset=utf-8" });
    json!({
        "resource": "/webhooks/{source}/{pair}", "path": "/webhooks/stripe/main", "httpMethod": "POST",
        "headers": headers, "multiValueHeaders": {}, "queryStringParameters": null,
        "multiValueQueryStringParameters": null, "pathParameters": { "source": "stripe", "pair": "main" },
        "stageVariables": null, "body": body, "isBase64Encoded": false,
        "requestContext": { "accountId": "000000000000", "apiId": "bench", "httpMethod": "POST",
            "identity": { "sourceIp": "127.0.0.1" }, "path": "/local/webhooks/stripe/main", "protocol": "HTTP/1.1",
            "requestId": "bench", "resourceId": "bench", "resourcePath": "/webhooks/{source}/{pair}", "stage": "local" }
    })
}
