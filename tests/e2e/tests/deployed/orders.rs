//! Paid orders of every kind go all the way: Stripe → Magento → ERP → WMS, each document once, to the last cent.

use e2e::{Execution, Held, Order, Stack};
use futures::future::join_all;
use serde_json::json;

/// Kind of order, the status that Magento ends in, what the warehouse sends.
type Case = (&'static str, &'static str, &'static [&'static str]);

const LAMP_AND_NOTEBOOK: &[&str] = &["2 × NOTEBOOK-A5", "3 × LAMP-BRASS"];

const CASES: [Case; 17] = [
    ("simple", "processing", LAMP_AND_NOTEBOOK),
    ("configurable", "processing", &["2 × JACKET-GREEN-L"]),
    // A bundle's parts are sent, not the bundle, whether its price is theirs or its own.
    ("bundle", "processing", &["2 × PEN-BLACK", "4 × INK-BLUE"]),
    ("fixed_bundle", "processing", &["1 × PEN-BLACK", "2 × INK-BLUE"]),
    ("virtual", "complete", &[]),
    ("guest", "processing", LAMP_AND_NOTEBOOK),
    (
        "mixed",
        "processing",
        &[
            "1 × JACKET-GREEN-L",
            "1 × PEN-BLACK",
            "2 × INK-BLUE",
            "2 × PEN-BLACK",
            "3 × LAMP-BRASS",
            "4 × INK-BLUE",
        ],
    ),
    (
        "twelve_lines",
        "processing",
        &[
            "1 × LAMP-BRASS",
            "1 × LAMP-BRASS",
            "1 × LAMP-BRASS",
            "1 × LAMP-BRASS",
            "2 × LAMP-BRASS",
            "2 × LAMP-BRASS",
            "2 × LAMP-BRASS",
            "2 × LAMP-BRASS",
            "3 × LAMP-BRASS",
            "3 × LAMP-BRASS",
            "3 × LAMP-BRASS",
            "3 × LAMP-BRASS",
        ],
    ),
    ("jpy", "processing", LAMP_AND_NOTEBOOK),
    ("eur", "processing", LAMP_AND_NOTEBOOK),
    ("kwd", "processing", LAMP_AND_NOTEBOOK),
    ("pending_payment", "processing", LAMP_AND_NOTEBOOK),
    ("discount", "processing", &["1 × JACKET-GREEN-L", "1 × PEN-BLACK", "2 × INK-BLUE", "3 × LAMP-BRASS"]),
    ("tax_included", "processing", LAMP_AND_NOTEBOOK),
    ("tax_included_discount", "processing", &["1 × JACKET-GREEN-L", "3 × LAMP-BRASS"]),
    ("magentoorderid", "processing", LAMP_AND_NOTEBOOK),
    ("description_only", "processing", LAMP_AND_NOTEBOOK),
];

#[tokio::test]
async fn every_kind_goes_all_the_way() {
    let stack = Stack::shared().await.unwrap();
    let stack = &*stack;
    let ran = join_all(CASES.iter().map(|(kind, ..)| async move {
        let order = stack.order(kind).await.unwrap();
        let execution = stack.run(&order).await.unwrap();
        (order, execution)
    }))
    .await;
    let state = stack.sandbox.state().await.unwrap();
    let faults: Vec<String> = CASES
        .iter()
        .zip(&ran)
        .flat_map(|(case, (order, execution))| {
            let faults = faults(case, order, execution, &Held::of(&state, order));
            faults.into_iter().map(|fault| format!("{}: {fault}", order.kind))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn faults((_, status, to_ship): &Case, order: &Order, execution: &Execution, held: &Held) -> Vec<String> {
    let intent = order.intent.as_deref().unwrap();
    let mut faults = held.faults(intent);
    let mut equal = |what: &str, found: String, expected: String| {
        if found != expected {
            faults.push(format!("{what} is {found}, not {expected}"));
        }
    };
    equal("the execution", execution.status().to_owned(), "done".to_owned());
    equal("Magento's status", held.order["status"].to_string(), json!(status).to_string());
    let requests = usize::from(!to_ship.is_empty());
    equal("the number of fulfilments", held.fulfilments.len().to_string(), requests.to_string());
    equal("what is sent", format!("{:?}", held.to_ship()), format!("{to_ship:?}"));
    let booked = &held.sales_orders[0];
    equal("the ERP's order", booked["state"].to_string(), json!("confirmed").to_string());
    equal("its status", booked["status"].to_string(), json!("open").to_string());
    equal("its payment", booked["payment"]["reference"].to_string(), json!(order.charge).to_string());
    equal("its payment's amount", booked["payment"]["amount"].to_string(), booked["total"].to_string());
    let metadata = held.metadata();
    for (key, value) in [
        ("magentoorderid", order.number.clone()),
        ("tb_order", order.number.clone()),
        ("tb_order_id", order.id.unwrap().to_string()),
        ("tb_pair", "main".to_owned()),
        ("tb_store", "1".to_owned()),
    ] {
        equal(key, metadata[key].to_string(), json!(value).to_string());
    }
    // What was there before, under the keys of others, is there still.
    for (key, value) in order.event["data"]["object"]["metadata"].as_object().unwrap() {
        equal(key, metadata[key].to_string(), value.to_string());
    }
    faults
}

#[tokio::test]
async fn keys_of_others_are_never_overwritten() {
    let stack = Stack::shared().await.unwrap();
    let metadata = json!({ "campaign": "autumn", "tb_store": "the merchant's own" });
    let order = stack.order_with(&json!({ "kind": "description_only", "metadata": metadata })).await.unwrap();
    let execution = stack.run(&order).await.unwrap();
    assert_eq!(execution.status(), "done", "{execution:?}");
    let held = Held::of(&stack.sandbox.state().await.unwrap(), &order);
    let found = held.metadata();
    assert_eq!((&found["campaign"], &found["tb_store"]), (&json!("autumn"), &json!("the merchant's own")));
    assert_eq!(found["magentoorderid"], json!(order.number));
}

#[tokio::test]
async fn an_order_that_comes_after_its_charge_is_waited_for() {
    let stack = Stack::shared().await.unwrap();
    let mut order = stack.order_with(&json!({ "kind": "simple", "without_order": true })).await.unwrap();
    stack.pay(&order).await.unwrap();
    let waiting = |execution: &Execution| execution.waits_for() == Some("order_not_found");
    stack.until("main", order.event_id(), "waiting", waiting).await.unwrap();
    let put = stack.sandbox.post("/admin/orders", &order.order).await.unwrap();
    order.id = put["entity_id"].as_u64();
    let execution = stack.ended(order.event_id()).await.unwrap();
    let held = Held::of(&stack.sandbox.state().await.unwrap(), &order);
    let case = ("simple", "processing", LAMP_AND_NOTEBOOK);
    assert_eq!(faults(&case, &order, &execution, &held), Vec::<String>::new());
    assert!(execution.attempts() > 1);
}

#[tokio::test]
async fn a_charge_that_stripe_books_later_holds_up_nothing_but_its_receipt() {
    let stack = Stack::shared().await.unwrap();
    let seed = json!({ "kind": "simple", "settles_after_reads": 1_000_000 });
    let order = stack.order_with(&seed).await.unwrap();
    stack.pay(&order).await.unwrap();
    let waiting = |execution: &Execution| execution.waits_for() == Some("not_settled_yet");
    stack.until("main", order.event_id(), "waiting", waiting).await.unwrap();
    let held = Held::of(&stack.sandbox.state().await.unwrap(), &order);
    let documents = (held.sales_invoices.len(), held.fulfilments.len(), held.receipts.len());
    assert_eq!((documents, &held.metadata()["tb_order"]), ((1, 1, 0), &json!(order.number)));

    let settle = json!({ "move": "settle", "id": order.charge });
    stack.sandbox.post("/admin/stripe/moves", &settle).await.unwrap();
    let execution = stack.ended(order.event_id()).await.unwrap();
    let held = Held::of(&stack.sandbox.state().await.unwrap(), &order);
    let case = ("simple", "processing", LAMP_AND_NOTEBOOK);
    assert_eq!(faults(&case, &order, &execution, &held), Vec::<String>::new());
}

#[tokio::test]
async fn an_authorised_charge_is_left_until_it_is_captured() {
    let stack = Stack::shared().await.unwrap();
    let order = stack.order_with(&json!({ "kind": "simple", "authorised_only": true })).await.unwrap();
    let execution = stack.run(&order).await.unwrap();
    assert_eq!((execution.status(), execution.reason()), ("skipped", "not_captured"));
    let held = Held::of(&stack.sandbox.state().await.unwrap(), &order);
    assert_eq!((held.invoices.len(), held.sales_orders.len(), held.fulfilments.len()), (0, 0, 0));
    assert_eq!(held.order["status"], "pending");

    // The merchant captures it in Stripe's dashboard.
    let wanted = json!({ "move": "capture", "intent": order.intent });
    let played = stack.sandbox.post("/admin/stripe/moves", &wanted).await.unwrap();
    let events = played["events"].as_array().unwrap();
    let event = events.iter().find(|event| event["type"] == "charge.captured").unwrap().clone();
    let captured = Order { event, ..order };
    let execution = stack.run(&captured).await.unwrap();
    let held = Held::of(&stack.sandbox.state().await.unwrap(), &captured);
    let case = ("simple", "processing", LAMP_AND_NOTEBOOK);
    assert_eq!(faults(&case, &captured, &execution, &held), Vec::<String>::new());
}

#[tokio::test]
async fn the_event_is_kept_as_it_came() {
    let stack = Stack::shared().await.unwrap();
    let mut order = stack.order("simple").await.unwrap();
    order.event["data"]["object"]["description"] = json!("Zoë kauft ein Ø-Maß für 5 €, 漢字 und \u{1f9ed}");
    // A signature is over bytes: blanks, line ends and escapes are none of our business.
    let body = format!("\r\n{:#}\n", order.event).replace('Ø', "\\u00d8");
    stack.queue_event(&body).await.unwrap();
    let execution = stack.ended(order.event_id()).await.unwrap();
    assert_eq!((execution.status(), execution.event()), ("done", body));
}

#[tokio::test]
async fn an_event_as_large_as_is_taken() {
    let stack = Stack::shared().await.unwrap();
    let mut order = stack.order("simple").await.unwrap();
    // Stripe's events of long invoices come near this; the table holds them in pieces.
    let rest = 900 * 1024 - order.body().len() - r#""padding":"","#.len();
    order.event["padding"] = json!("ä".repeat(rest / 2) + &"x".repeat(rest % 2));
    assert_eq!(order.body().len(), 900 * 1024);
    let execution = stack.run(&order).await.unwrap();
    assert_eq!(execution.status(), "done", "{:?}", execution.head);
    assert!(execution.event() == order.body(), "the event is not kept as it came");
}

#[tokio::test]
async fn a_charge_of_the_time_before_intents() {
    let stack = Stack::shared().await.unwrap();
    let mut order = stack.order("simple").await.unwrap();
    let amount = &order.event["data"]["object"]["amount"];
    let charge = json!({ "amount": amount, "intent": false, "metadata": { "Order #": order.number } });
    let made = stack.sandbox.post("/admin/charges", &charge).await.unwrap();
    order.charge = made["charge"].as_str().unwrap().to_owned();
    order.intent = None;
    order.event = made["event"].clone();
    let execution = stack.run(&order).await.unwrap();
    assert_eq!(execution.status(), "done", "{execution:?}");
    let held = Held::of(&stack.sandbox.state().await.unwrap(), &order);
    assert_eq!(held.faults(&order.charge), Vec::<String>::new());
    assert_eq!(held.metadata()["tb_order"], json!(order.number));
}
