//! The real payloads of `../shared/fixtures`, where that folder is: every Stripe event is taken without a surprise, and every
//! Magento order goes through with totals that tie out.

use std::path::{Path, PathBuf};

use e2e::{Execution, Held, Order, Stack};
use futures::future::join_all;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::{Value, json};

/// Files of a folder of fixtures, as JSON by name; nothing, said so, where it is not there.
fn fixtures(folder: &str) -> Option<Vec<(String, Value)>> {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures").join(folder);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return None;
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: PathBuf| {
        let name = path.file_name()?.to_str()?.strip_suffix(".json")?.to_owned();
        Some((name, serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap()))
    };
    Some(files.into_iter().filter_map(read).collect())
}

/// Every event, whole, under an id that no other run has used; with its file's name.
fn stripe_events() -> Option<Vec<(String, Value)>> {
    let run = e2e::now_s().unwrap();
    let events = fixtures("stripe")?.into_iter().enumerate().map(|(n, (name, payload))| {
        let id = format!("evt_fixture{run}x{n}");
        let mut event = payload;
        if name.ends_with(".data") {
            let kind = name.split(".pay-rails").next().unwrap();
            event =
                json!({ "object": "event", "created": 1, "livemode": false, "type": kind, "data": event });
        }
        event["id"] = json!(id);
        (name, event)
    });
    Some(events.collect())
}

/// What some flow hears.
const HEARD: [&str; 20] = [
    "charge.captured",
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
    "charge.failed",
    "charge.refund.updated",
    "charge.refunded",
    "charge.succeeded",
    "payment_intent.payment_failed",
    "payout.canceled",
    "payout.created",
    "payout.failed",
    "payout.paid",
    "payout.reconciliation_completed",
    "payout.updated",
    "refund.created",
    "refund.failed",
    "refund.updated",
];

fn is_heard(event: &Value) -> bool {
    HEARD.iter().any(|heard| event["type"] == *heard)
}

/// What order-to-cash hears.
fn is_trigger(event: &Value) -> bool {
    event["type"] == "charge.succeeded" || event["type"] == "charge.captured"
}

#[tokio::test]
async fn events_that_no_flow_wants_change_nothing_whatever_they_say() {
    let Some(events) = stripe_events() else { return };
    let stack = Stack::alone().await.unwrap();
    let mark = stack.sandbox.mark().await.unwrap();
    let before = stack.footprint(mark).await.unwrap();
    let (mut passed_over, mut wrong) = (0, Vec::new());
    for (name, event) in events.iter().filter(|(_, event)| !is_heard(event)) {
        let answer = stack.send_stripe("main", &event.to_string()).await.unwrap();
        passed_over += 1;
        if (answer.status, answer.body.as_str()) != (200, "skipped: unknown_type\n") {
            wrong.push(format!("{name}: {answer:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(passed_over > 37, "{passed_over} events");
    assert_eq!(stack.footprint(mark).await.unwrap(), before);
}

/// Stores a charge of a fixture at Stripe under ids of its own, as the payment of an order; gives its event.
async fn charge_of(stack: &Stack, order: &Order, event: &Value) -> Order {
    let unique = order.charge.trim_start_matches("ch_");
    let mut charge = event["data"]["object"].clone();
    let intent = charge["payment_intent"].as_str().map(|_| format!("pi_fixture{unique}"));
    charge["id"] = json!(format!("ch_fixture{unique}"));
    charge["payment_intent"] = json!(intent);
    let transaction = json!(format!("txn_fixture{unique}"));
    charge["balance_transaction"] = transaction.clone();
    charge["metadata"] = json!({ "Order #": order.number });
    let (was, is) = (charge["amount"].clone(), order.event["data"]["object"]["amount"].clone());
    for name in ["amount", "amount_captured", "amount_refunded"] {
        if charge[name] == was {
            charge[name] = is.clone();
        }
    }
    let mut event = event.clone();
    event["data"]["object"] = charge.clone();
    if let Some(intent) = &intent {
        let intent = json!({ "id": intent, "object": "payment_intent", "amount": is, "currency": charge["currency"],
            "status": charge["status"], "latest_charge": charge["id"], "metadata": charge["metadata"] });
        stack.sandbox.post("/admin/charges", &intent).await.unwrap();
    }
    let (amount, currency) = (&charge["amount"], &charge["currency"]);
    let settled = json!({ "id": transaction, "object": "balance_transaction", "amount": amount, "currency": currency,
        "fee": 0, "fee_details": [], "net": amount, "source": charge["id"], "type": "charge", "reporting_category": "charge",
        "created": charge["created"], "available_on": charge["created"], "balance_type": "payments", "status": "available" });
    for object in [&settled, &charge] {
        stack.sandbox.post("/admin/charges", object).await.unwrap();
    }
    Order { charge: charge["id"].as_str().unwrap().to_owned(), intent, event, ..order.clone() }
}

#[tokio::test]
async fn charges_pay_their_orders() {
    let Some(events) = stripe_events() else { return };
    let stack = Stack::shared().await.unwrap();
    let mut ran = 0;
    for (name, event) in events.iter().filter(|(_, event)| is_trigger(event)) {
        let order = stack.order("simple").await.unwrap();
        let paid = charge_of(&stack, &order, event).await;
        let execution = stack.run(&paid).await.unwrap();
        assert_eq!(execution.status(), "done", "{name}: {execution:?}");
        let held = Held::of(&stack.sandbox.state().await.unwrap(), &paid);
        let transaction = paid.intent.as_deref().unwrap_or(&paid.charge);
        assert_eq!(held.faults(transaction), Vec::<String>::new(), "{name}");
        ran += 1;
    }
    assert_eq!(ran, 2);
}

#[tokio::test]
async fn a_charge_under_another_name_is_what_it_is() {
    let Some(events) = stripe_events() else { return };
    let stack = Stack::shared().await.unwrap();
    // What the event calls it does not count: at Stripe it is failed, or of live mode, or was paid back.
    for (file, status, reason) in [
        ("charge.failed.ruby-mock", "skipped", "charge_failed"),
        ("charge.updated.supabase-sync", "parked", "wrong_mode"),
        ("charge.refunded.ruby-mock", "parked", "refunded_in_full"),
    ] {
        let (_, event) = events.iter().find(|(name, _)| name == file).unwrap();
        let order = stack.order("simple").await.unwrap();
        let mut relabelled = charge_of(&stack, &order, event).await;
        relabelled.event["type"] = json!("charge.succeeded");
        let execution = stack.run(&relabelled).await.unwrap();
        assert_eq!((execution.status(), execution.reason()), (status, reason), "{file}: {execution:?}");
        let held = Held::of(&stack.sandbox.state().await.unwrap(), &relabelled);
        let documents = (held.invoices.len(), held.sales_orders.len(), held.fulfilments.len());
        assert_eq!((documents, &held.order["status"]), ((0, 0, 0), &json!("pending")), "{file}");
        let metadata: Vec<&String> = held.metadata().as_object().unwrap().keys().collect();
        assert_eq!(metadata, ["Order #"], "{file}");
    }
}

/// Magento's orders, with the file's name.
fn magento_orders() -> Option<Vec<(String, Value)>> {
    let mut files = fixtures("magento")?;
    files.extend(fixtures("magento/recorded")?);
    let orders = files.into_iter().filter_map(|(name, payload)| {
        let order =
            if payload["response"].is_object() { payload["response"]["body"].clone() } else { payload };
        // Invoices have a number as their state; a raw save answers with what was sent, not with an order.
        let is_whole = order["state"].is_string() && order["order_currency_code"].is_string();
        is_whole.then_some((name, order))
    });
    Some(orders.collect())
}

/// Puts an order into the shop under a number of its own, and has it paid in full.
async fn paid(stack: &Stack, mut order: Value) -> Order {
    let numbered = stack.order_with(&json!({ "kind": "simple", "without_order": true })).await.unwrap();
    order["increment_id"] = json!(numbered.number);
    order["entity_id"] = numbered.order["entity_id"].clone();
    stack.sandbox.post("/admin/orders", &order).await.unwrap();
    let currency = order["order_currency_code"].as_str().unwrap();
    let mut made = numbered.clone();
    made.id = order["entity_id"].as_u64();
    made.order = order.clone();
    let total = Held::of(&json!({ "magento": { "orders": [order] } }), &made).grand_total();
    let minor = if currency == "JPY" { total } else { total * Decimal::ONE_HUNDRED };
    let charge = json!({
        "amount": minor.to_i64().unwrap(), "currency": currency.to_lowercase(), "settlement_currency": "usd",
        "exchange_rate": "1.1", "metadata": { "Order #": made.number },
    });
    let charged = stack.sandbox.post("/admin/charges", &charge).await.unwrap();
    made.charge = charged["charge"].as_str().unwrap().to_owned();
    made.intent = charged["payment_intent"].as_str().map(str::to_owned);
    made.event = charged["event"].clone();
    made
}

#[tokio::test]
async fn every_magento_order_ties_out() {
    let Some(orders) = magento_orders() else { return };
    let stack = Stack::shared().await.unwrap();
    let stack = &*stack;
    let ran = join_all(orders.into_iter().map(|(name, payload)| async move {
        let order = paid(stack, payload).await;
        let execution = stack.run(&order).await.unwrap();
        (name, order, execution)
    }))
    .await;
    let state = stack.sandbox.state().await.unwrap();
    let faults: Vec<String> = ran
        .iter()
        .flat_map(|(name, order, execution)| {
            let faults = order_faults(order, execution, &Held::of(&state, order));
            faults.into_iter().map(move |fault| format!("{name}: {fault}"))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(ran.len() > 20, "{} orders", ran.len());
}

fn order_faults(order: &Order, execution: &Execution, held: &Held) -> Vec<String> {
    if execution.status() != "done" {
        return vec![format!("{} {} {}", execution.status(), execution.reason(), execution.message())];
    }
    let mut faults = held.faults(order.intent.as_deref().unwrap());
    if order.order["total_paid"] == order.order["grand_total"] {
        // Somebody has invoiced it: it is not invoiced again.
        faults.retain(|fault| !fault.starts_with("0 invoices"));
    }
    let state = order.order["state"].as_str().unwrap_or_default();
    let is_sent = order.order["is_virtual"] != 1 && state != "complete";
    if held.fulfilments.len() != usize::from(is_sent) {
        faults.push(format!("{} fulfilments: {:?}", held.fulfilments.len(), held.fulfilments));
    }
    let ends_in = if is_sent { "processing" } else { "complete" };
    if held.order["status"] != ends_in {
        faults.push(format!("ends {}, not {ends_in}", held.order["status"]));
    }
    faults
}
