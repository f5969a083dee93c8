//! The same event often, at once, late, among others, over several consumers: one invoice, one sales order, one fulfilment.

use std::time::Duration;

use e2e::{Held, Order, Stack, wait_until};
use futures::future::{join_all, try_join_all};
use serde_json::{Value, json};

const TIMES: usize = 20;
/// Messages that found their execution claimed come back when the claim has run out at the latest: 25 s here.
const ALL_TAKEN: Duration = Duration::from_secs(120);

/// Each order's documents, each once.
async fn once_each(stack: &Stack, orders: &[Order]) {
    let state = stack.sandbox.state().await.unwrap();
    for order in orders {
        let held = Held::of(&state, order);
        assert_eq!(held.faults(order.intent.as_deref().unwrap()), Vec::<String>::new(), "{}", order.number);
        assert_eq!(held.fulfilments.len(), 1, "{}: {:?}", order.number, held.fulfilments);
    }
}

#[tokio::test]
async fn twenty_times_shuffled_with_others() {
    let stack = Stack::shared().await.unwrap();
    let stack = &*stack;
    let orders = join_all(["simple", "configurable", "guest", "eur"].map(|kind| stack.order(kind))).await;
    let orders: Vec<Order> = orders.into_iter().map(Result::unwrap).collect();
    // 80 sends in an order that is no order, but always the same: 37 shares no factor with 80.
    let sends = TIMES * orders.len();
    let sent = (0..sends).map(|n| stack.pay(&orders[n * 37 % sends % orders.len()]));
    try_join_all(sent).await.unwrap();
    for order in &orders {
        let execution = stack.ended(order.event_id()).await.unwrap();
        assert_eq!(execution.status(), "done", "{execution:?}");
    }
    once_each(stack, &orders).await;
}

#[tokio::test]
async fn at_the_same_time_over_several_consumers() {
    let stack = Stack::shared().await.unwrap();
    let order = stack.order("simple").await.unwrap();
    // The first is held up in the ERP, after Magento's invoice, so that the others meet it there.
    let key = format!("sales_order%3A{}", order.id.unwrap());
    stack.sandbox.disturb("erp", "latency=2500", "PUT", &key).await.unwrap();
    let copies: Vec<String> = (0..TIMES).map(|n| n.to_string()).collect();
    try_join_all(copies.iter().map(|n| stack.copy(&order, "main", n))).await.unwrap();
    let execution = stack.ended(order.event_id()).await.unwrap();
    assert_eq!(execution.status(), "done", "{execution:?}");
    assert_eq!(stack.sandbox.faults_to_come(&key).await.unwrap(), Vec::<Value>::new());

    let count = |all: &[String], ended: &str| all.iter().filter(|found| *found == ended).count();
    let all = wait_until("every copy is taken off the queue", ALL_TAKEN, || async {
        let all = stack.deliveries(order.event_id()).await?;
        let taken = count(&all, "done") + count(&all, "skipped duplicate");
        Ok((taken == TIMES).then_some(all))
    })
    .await
    .unwrap();
    assert_eq!(count(&all, "done"), 1, "{all:?}");
    // A process takes one message at a time: whoever was sent away while the claim was alive was another process.
    assert!(count(&all, "retry") >= 1, "no two consumers met: {all:?}");
    once_each(&stack, &[order]).await;
}

#[tokio::test]
async fn two_events_about_one_charge() {
    let stack = Stack::shared().await.unwrap();
    let order = stack.order("simple").await.unwrap();
    let mut captured = order.clone();
    captured.event["id"] = json!(format!("{}_captured", order.event_id()));
    captured.event["type"] = json!("charge.captured");
    let (first, second) = tokio::join!(stack.run(&order), stack.run(&captured));
    assert_eq!((first.unwrap().status(), second.unwrap().status()), ("done", "done"));
    once_each(&stack, &[order]).await;
}

#[tokio::test]
async fn an_event_that_comes_again_later() {
    let stack = Stack::shared().await.unwrap();
    let order = stack.order("simple").await.unwrap();
    let before = stack.run(&order).await.unwrap();
    let mark = stack.sandbox.mark().await.unwrap();
    // SQS forgets deduplication ids after five minutes; Stripe sends again for three days.
    stack.copy(&order, "main", "later").await.unwrap();
    wait_until("the copy is taken", ALL_TAKEN, || async {
        let taken = stack.deliveries(order.event_id()).await?;
        Ok(taken.iter().any(|taken| taken == "skipped duplicate").then_some(()))
    })
    .await
    .unwrap();
    let asked = stack.sandbox.requests(mark).await.unwrap();
    let ours = |request: &&Value| {
        let text = request.to_string();
        text.contains(&order.number) || text.contains(&order.charge)
    };
    assert_eq!(asked.iter().filter(ours).count(), 0, "a duplicate costs no call");
    assert_eq!(stack.execution(order.event_id()).await.unwrap().unwrap().head, before.head);
    once_each(&stack, &[order]).await;
}
