//! A machine that fails: the consumer's processes end without warning while a request is under way, at each request of an order;
//! and a cloud that refuses, delays and loses answers.

use std::sync::atomic::Ordering;
use std::time::Duration;

use e2e::{Execution, FLOW, Order, Proxy, Stack, WAIT, wait_until};
use futures::future::join_all;

use crate::outage::whole;

/// How long a request is held, so that it can be met: less than a client waits.
const HELD: &str = "latency=3000";
/// A killed consumer's message comes back after its visibility timeout (90 s on the local stack), and once more where the
/// lease of the dead process has to run out.
const BACK: Duration = Duration::from_secs(400);

/// The requests of an undisturbed order: system, method, path; what stands for its ids. The charge is read once more before its receipt
/// is booked, at the path of the first.
const REQUESTS: [(&str, &str, &str); 11] = [
    ("stripe", "GET", "/charges/{charge}"),
    ("magento", "GET", "/V1/orders/{order}"),
    ("magento", "POST", "/order/{order}/invoice"),
    ("magento", "POST", "/V1/invoices/"),
    ("erp", "PUT", "/customers/tb"),
    ("erp", "PUT", "/orders/{account}sales_order%3A{order}"),
    ("erp", "POST", "/confirm"),
    ("erp", "PUT", "/invoices/{account}sales_invoice%3A{order}"),
    ("wms", "PUT", "/fulfilments/{account}fulfilment%3A{order}"),
    ("stripe", "POST", "/payment_intents/{intent}"),
    ("erp", "PUT", "/payments/{account}payment%3A{charge}"),
];

/// Kills the consumer while it waits for the answer to this request of an order.
async fn killed_at(stack: &Stack, order: &Order, request: usize) {
    let (system, method, path) = REQUESTS[request];
    let path = path
        .replace("{order}", &order.id.unwrap().to_string())
        .replace("{charge}", &order.charge)
        .replace("{intent}", order.intent.as_deref().unwrap())
        .replace("{account}", "tb%3Aacct_1TillbridgeLocal%3A");
    let mark = stack.sandbox.mark().await.unwrap();
    stack.sandbox.disturb(system, HELD, method, &path).await.unwrap();
    stack.pay(order).await.unwrap();
    let under_way = || async {
        let requests = stack.sandbox.requests(mark).await?;
        let held = |seen: &&serde_json::Value| {
            let is_it = seen["system"] == system && seen["method"] == method;
            is_it
                && seen["path"].as_str().is_some_and(|seen| seen.contains(&path))
                && seen["faults"][0] == HELD
        };
        Ok(requests.iter().find(held).map(|seen| seen["status"].is_null()))
    };
    let was_held = wait_until(&format!("{method} {path} is under way"), WAIT, under_way).await.unwrap();
    assert!(was_held, "{method} {path} was answered before it could be met");
    assert!(stack.kill_consumers().unwrap() > 0, "no consumer ran during {method} {path}");
}

#[tokio::test]
async fn a_process_that_is_killed_during_any_request_leaves_one_of_everything() {
    let stack = Stack::alone().await.unwrap();
    let mut orders = Vec::new();
    for request in 0..REQUESTS.len() {
        let order = stack.order("simple").await.unwrap();
        killed_at(&stack, &order, request).await;
        orders.push(order);
    }
    // They come back side by side.
    let ended = join_all(orders.iter().map(|order| back(&stack, order))).await;
    let mut faults = Vec::new();
    for ((order, execution), (_, method, path)) in orders.iter().zip(&ended).zip(REQUESTS) {
        let found = whole(&stack, order, execution).await;
        faults.extend(found.into_iter().map(|fault| format!("killed during {method} {path}: {fault}")));
        if execution.attempts() < 2 {
            faults.push(format!("{method} {path}: it was never claimed again"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Waits for an order that has to wait for a visibility timeout.
async fn back(stack: &Stack, order: &Order) -> Execution {
    let look = || async { Ok(stack.execution(order.event_id()).await?.filter(Execution::is_ended)) };
    wait_until(&format!("{} is back", order.number), BACK, look).await.unwrap()
}

#[tokio::test]
async fn a_cloud_that_refuses_delays_and_loses_answers_loses_no_order() {
    let stack = Stack::alone().await.unwrap();
    let proxy = Proxy::before(&stack.state.cloud_url).await.unwrap();
    let changes =
        [("AWS_ENDPOINT_URL_DYNAMODB", proxy.url.as_str()), ("AWS_ENDPOINT_URL_SQS", proxy.url.as_str())];
    let mut orders = Vec::new();
    for _ in 0..6 {
        orders.push(stack.order("simple").await.unwrap());
    }
    let ended = stack
        .with_variables(&["ingest", FLOW], &changes, async || {
            for order in &orders {
                // A sender whose webhook is refused sends it again.
                let sent = || async {
                    let answer = stack.send_stripe("main", &order.body()).await?;
                    Ok((answer.status == 200).then_some(()))
                };
                wait_until("ingest takes the event", WAIT, sent).await?;
            }
            Ok(join_all(orders.iter().map(|order| back(&stack, order))).await)
        })
        .await
        .unwrap();
    let met = &proxy.met;
    for (what, count) in [
        ("refused", &met.refused),
        ("throttled", &met.throttled),
        ("delayed", &met.delayed),
        ("lost", &met.lost),
    ] {
        assert!(count.load(Ordering::SeqCst) > 0, "nothing was {what}");
    }
    let mut faults = Vec::new();
    for (order, execution) in orders.iter().zip(&ended) {
        faults.extend(whole(&stack, order, execution).await);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
