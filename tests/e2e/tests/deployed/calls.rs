//! What a webhook costs: ingest calls the queue of each interested flow once, and nobody else.

use e2e::{FLOW, Stack, now_s};
use serde_json::Value;

/// Events that are sent while calls are recorded.
const EVENTS: usize = 6;

#[tokio::test]
async fn ingest_calls_one_queue_once() {
    let stack = Stack::alone().await.unwrap();
    let function = format!("tillbridge-{}-{FLOW}", stack.state.stage);
    let mut orders = Vec::new();
    for _ in 0..=EVENTS {
        orders.push(stack.order("simple").await.unwrap());
    }
    let unwanted = orders[0].body().replace("charge.succeeded", "charge.pending");
    // The secret is read once in five minutes.
    stack.send_stripe("main", &unwanted).await.unwrap();

    // The consumer rests, so that every call that is recorded is ingest's.
    let mappings = stack.cloud.mappings(&function).await.unwrap();
    for mapping in &mappings {
        stack.cloud.enable_mapping(mapping, false).await.unwrap();
    }
    stack.cloud.record_calls(true).await.unwrap();
    let from = now_s().unwrap();
    let recorded = async {
        for order in &orders[..EVENTS] {
            stack.pay(order).await?;
        }
        for _ in 0..EVENTS {
            // Neither an event that no flow wants nor a forged one costs a call.
            stack.send_stripe("main", &unwanted).await?;
            stack.send_signed("main", "t=1,v1=00", unwanted.as_bytes()).await?;
        }
        stack.cloud.recorded_calls(from).await
    }
    .await;
    // Whatever came of it: the next test finds the stack as it was.
    stack.cloud.record_calls(false).await.unwrap();
    for mapping in &mappings {
        stack.cloud.enable_mapping(mapping, true).await.unwrap();
    }

    let recorded = recorded.unwrap();
    let names: Vec<&str> = recorded.iter().map(|call| call.name.as_str()).collect();
    assert_eq!(names, ["SendMessage"; EVENTS], "{recorded:?}");
    let queue = Value::from(stack.state.queue_urls[FLOW].clone());
    assert!(recorded.iter().all(|call| call.parameters["QueueUrl"] == queue), "{recorded:?}");
    for order in &orders[..EVENTS] {
        let sent = recorded.iter().filter(|call| call.parameters["MessageBody"] == order.body());
        assert_eq!(sent.count(), 1, "{}", order.number);
        assert_eq!(stack.ended(order.event_id()).await.unwrap().status(), "done");
    }
}
