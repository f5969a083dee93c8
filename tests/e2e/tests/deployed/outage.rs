//! Systems that are away, and answers that get lost: the order gets through, and each document is there once.

use std::time::Duration;

use e2e::{Execution, Held, Order, Stack, wait_until};
use futures::future::{join_all, try_join_all};
use serde_json::Value;

pub(crate) async fn whole(stack: &Stack, order: &Order, execution: &Execution) -> Vec<String> {
    let held = Held::of(&stack.sandbox.state().await.unwrap(), order);
    let mut faults = held.faults(order.intent.as_deref().unwrap());
    if execution.status() != "done" {
        faults.push(format!("{} {}: {:?}", execution.status(), execution.reason(), execution.head));
    }
    if held.fulfilments.len() != 1 {
        faults.push(format!("{} fulfilments", held.fulfilments.len()));
    }
    if held.order["status"] != "processing" || held.metadata()["tb_order"] != *order.number {
        faults.push(format!("order {}, metadata {}", held.order["status"], held.metadata()));
    }
    faults
}

#[tokio::test]
async fn an_order_waits_for_a_system_that_is_down() {
    let stack = Stack::alone().await.unwrap();
    for system in ["magento", "stripe", "erp", "wms"] {
        let order = stack.order("simple").await.unwrap();
        stack.sandbox.set_down(system, true).await.unwrap();
        let waiting = async {
            stack.pay(&order).await?;
            stack.until("main", order.event_id(), "waiting", |found| found.waits_for().is_some()).await
        }
        .await;
        // Whatever came of it: the next test finds it up.
        stack.sandbox.set_down(system, false).await.unwrap();
        let waiting = waiting.unwrap();
        let class = waiting.head["waiting"]["class"].as_str().unwrap();
        assert!(["transient", "unknown_outcome"].contains(&class), "{system}: {waiting:?}");
        let execution = stack.ended(order.event_id()).await.unwrap();
        assert_eq!(whole(&stack, &order, &execution).await, Vec::<String>::new(), "{system}");
        assert!(execution.attempts() > 1, "{system}");
    }
}

/// How long the shop is away, and how long its orders may take from then on: the breaker asks again after a minute at first, then after
/// two, and a message that was told to wait comes back as rarely.
const AWAY: Duration = Duration::from_secs(120);
const AFTER: Duration = Duration::from_secs(600);

#[tokio::test]
async fn a_shop_that_is_away_for_two_minutes_costs_no_order_a_person() {
    let stack = Stack::alone().await.unwrap();
    stack.sandbox.set_down("magento", true).await.unwrap();
    let mut orders = Vec::new();
    let sent = async {
        for _ in 0..8 {
            let order = stack.order("simple").await?;
            stack.pay(&order).await?;
            orders.push(order);
        }
        tokio::time::sleep(AWAY).await;
        anyhow::Ok(())
    }
    .await;
    // Whatever came of it: the next test finds it up.
    stack.sandbox.set_down("magento", false).await.unwrap();
    sent.unwrap();
    let mut held_up = 0;
    for order in &orders {
        let execution = stack.execution(order.event_id()).await.unwrap().unwrap();
        held_up +=
            usize::from(execution.head.get("waiting").is_some_and(|waiting| !waiting["held"].is_null()));
    }
    assert!(held_up > 0, "the breaker let every order try and try again");
    for order in &orders {
        let look = || async { Ok(stack.execution(order.event_id()).await?.filter(Execution::is_ended)) };
        let execution = wait_until(&format!("{} gets through", order.number), AFTER, look).await.unwrap();
        assert_eq!(whole(&stack, order, &execution).await, Vec::<String>::new());
    }
}

/// System, method and path of a write about one order; what stands for its ids.
const WRITES: [(&str, &str, &str); 6] = [
    ("magento", "POST", "/order/{order}/invoice"),
    ("erp", "PUT", "/orders/{account}sales_order%3A{order}"),
    ("erp", "PUT", "/invoices/{account}sales_invoice%3A{order}"),
    ("wms", "PUT", "/fulfilments/{account}fulfilment%3A{order}"),
    ("stripe", "POST", "/payment_intents/{intent}"),
    ("erp", "PUT", "/payments/{account}payment%3A{charge}"),
];

const LOST: [&str; 4] = ["commit_then_500", "commit_then_timeout", "drop_after_headers", "drop"];

/// Sends an order whose write goes wrong in this way.
async fn disturbed(stack: &Stack, write: usize, fault: &'static str) -> Vec<String> {
    let (system, method, path) = WRITES[write];
    let order = stack.order("simple").await.unwrap();
    let path = path
        .replace("{order}", &order.id.unwrap().to_string())
        .replace("{charge}", &order.charge)
        .replace("{intent}", order.intent.as_deref().unwrap())
        .replace("{account}", "tb%3Aacct_1TillbridgeLocal%3A");
    stack.sandbox.disturb(system, fault, method, &path).await.unwrap();
    let execution = stack.run(&order).await.unwrap();
    let mut faults = whole(stack, &order, &execution).await;
    let to_come = stack.sandbox.faults_to_come(&path).await.unwrap();
    faults.extend(to_come.iter().map(|fault| format!("was never asked: {fault}")));
    faults.into_iter().map(|problem| format!("{fault} at {method} {path}: {problem}")).collect()
}

#[tokio::test]
async fn an_answer_that_is_lost_makes_no_second_document() {
    let stack = Stack::shared().await.unwrap();
    let stack = &*stack;
    let cases = (0..WRITES.len()).flat_map(|write| LOST.map(|fault| disturbed(stack, write, fault)));
    let faults = join_all(cases).await.concat();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn a_page_in_place_of_magentos_answer_is_no_answer() {
    let stack = Stack::shared().await.unwrap();
    // A read of the order, and the invoice: nothing of the page is believed, and the order gets through.
    let orders = join_all([0, 1].map(|_| stack.order("simple"))).await;
    let orders: Vec<Order> = orders.into_iter().map(Result::unwrap).collect();
    let paths = [
        ("GET", format!("/V1/orders/{}", orders[0].id.unwrap())),
        ("POST", format!("/V1/order/{}/invoice", orders[1].id.unwrap())),
    ];
    for (method, path) in &paths {
        stack.sandbox.disturb("magento", "html_200", method, path).await.unwrap();
    }
    let executions = try_join_all(orders.iter().map(|order| stack.run(order))).await.unwrap();
    for ((order, execution), (_, path)) in orders.iter().zip(&executions).zip(&paths) {
        assert_eq!(whole(&stack, order, execution).await, Vec::<String>::new(), "{path}");
        assert_eq!(stack.sandbox.faults_to_come(path).await.unwrap(), Vec::<Value>::new());
        assert!(execution.attempts() > 1, "{path}: the page was taken for an answer");
    }
}
