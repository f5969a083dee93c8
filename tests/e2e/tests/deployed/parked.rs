//! What a person must look at: the row says why, a letter points to the row, nothing else has changed; and once it is mended,
//! the letter goes back to its queue and the order gets through.

use e2e::{END, Execution, FLOW, Held, Letter, Order, Stack, wait_until};
use futures::future::join_all;
use serde_json::{Value, json};

/// Why nothing was to be written anywhere before the order parked.
const NOTHING: &[&str] = &[];

/// Seed, reason, step, words that the person reads, the systems that were written to before.
fn cases() -> Vec<(Value, &'static str, &'static str, &'static str, &'static [&'static str])> {
    let kind = |kind: &str| json!({ "kind": kind });
    vec![
        (kind("no_lines"), "order_without_lines", "order", "no lines", NOTHING),
        (kind("unknown_currency"), "unknown_currency", "order", "XQZ", NOTHING),
        (
            kind("amount_mismatch"),
            "amount_mismatch",
            "agree",
            "106.30 USD, captured were 106.31 USD",
            NOTHING,
        ),
        (kind("holded"), "order_on_hold", "paid", "take it off hold", NOTHING),
        (kind("canceled"), "order_canceled", "paid", "refund the payment", NOTHING),
        (
            json!({ "kind": "simple", "metadata": { "Order #": "100000001,100000002" } }),
            "several_orders",
            "order",
            "100000001",
            NOTHING,
        ),
        // The money is taken and the shop says so: what is missing is in the books.
        (kind("refused_sku"), "sku_refused", "sales_order", "REFUSED-BY-ERP", &["magento", "erp"]),
    ]
}

#[tokio::test]
async fn each_for_its_reason() {
    let stack = Stack::shared().await.unwrap();
    let stack = &*stack;
    let faults = join_all(cases().into_iter().map(|(seed, reason, step, words, written)| async move {
        let mark = stack.sandbox.mark().await.unwrap();
        let order = stack.order_with(&seed).await.unwrap();
        let execution = stack.run(&order).await.unwrap();
        let mut faults = parked(stack, &order, &execution, (reason, step, words)).await;
        faults.extend(written_to(stack, mark, &order, written).await);
        faults.into_iter().map(|fault| format!("{reason} ({seed}): {fault}")).collect::<Vec<_>>()
    }))
    .await
    .concat();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn a_charge_that_stripe_does_not_know() {
    let stack = Stack::shared().await.unwrap();
    let mark = stack.sandbox.mark().await.unwrap();
    let mut order = stack.order("simple").await.unwrap();
    order.charge = order.charge.replace("ch_", "ch_unknown");
    order.event["data"]["object"]["id"] = json!(order.charge);
    let execution = stack.run(&order).await.unwrap();
    let said = ("charge_unknown", "payment", order.charge.as_str());
    assert_eq!(parked(&stack, &order, &execution, said).await, Vec::<String>::new());
    assert_eq!(written_to(&stack, mark, &order, NOTHING).await, Vec::<String>::new());
}

/// What is not as it must be: row, letter, alarm, queue.
async fn parked(
    stack: &Stack,
    order: &Order,
    execution: &Execution,
    (reason, step, words): (&str, &str, &str),
) -> Vec<String> {
    let mut faults = Vec::new();
    let row = &execution.head["parked"];
    if (execution.status(), execution.reason(), row["step"].as_str()) != ("parked", reason, Some(step)) {
        faults.push(format!("stands at {} {row} {:?}", execution.status(), execution.head.get("waiting")));
    }
    if !execution.message().contains(words) {
        faults.push(format!("says `{}`, without `{words}`", execution.message()));
    }
    if execution.event() != order.body() {
        faults.push("the event is not kept as it came".to_owned());
    }
    let letters = stack.letters(order.event_id()).await.unwrap();
    let [letter] = letters.as_slice() else {
        faults.push(format!("{} letters", letters.len()));
        return faults;
    };
    for (attribute, value) in
        [("tb.park", "1"), ("tb.flow", FLOW), ("tb.pair", "main"), ("tb.event", order.event_id())]
    {
        if letter.attributes.get(attribute).map(String::as_str) != Some(value) {
            faults.push(format!("the letter's {attribute} is {:?}", letter.attributes.get(attribute)));
        }
    }
    if letter.body != order.body() {
        faults.push("the letter holds another event".to_owned());
    }
    faults
}

/// The systems that were written to about an order, where they are not those.
async fn written_to(stack: &Stack, mark: u64, order: &Order, expected: &[&str]) -> Vec<String> {
    let asked = stack.sandbox.requests(mark).await.unwrap();
    let id = order.id.map(|id| id.to_string());
    let names = [Some(&order.number), Some(&order.charge), order.intent.as_ref(), id.as_ref()];
    let is_about = |request: &Value| {
        let text = format!("{}{}{}", request["path"], request["query"], request["body"]);
        names.iter().flatten().any(|name| text.contains(name.as_str()))
    };
    let writes = asked.iter().filter(|request| request["method"] != "GET" && is_about(request));
    let faults = writes.filter(|request| !expected.iter().any(|system| request["system"] == *system));
    faults.map(|request| format!("wrote {request}")).collect()
}

#[tokio::test]
async fn what_is_mended_gets_through_when_its_letter_is_sent_back() {
    let stack = Stack::shared().await.unwrap();
    let order = stack.order("holded").await.unwrap();
    let execution = stack.run(&order).await.unwrap();
    assert_eq!(execution.reason(), "order_on_hold");

    // The same event again: the row keeps what it says, and there is one letter still.
    let letter = the_letter(&stack, &order).await;
    let again = Letter { group: format!("again:{}", order.charge), ..without_park(&letter) };
    let url = &stack.state.queue_urls[FLOW];
    stack.queues.send(url, &again, &again.group).await.unwrap();
    // It may have been in the batch of a process that another test killed: then it is back when it is visible again.
    wait_until("the message is taken again", END, || async {
        let taken = stack.deliveries(order.event_id()).await?;
        Ok((taken == ["parked order_on_hold", "parked order_on_hold"]).then_some(()))
    })
    .await
    .unwrap();
    let unchanged = stack.execution(order.event_id()).await.unwrap().unwrap();
    assert_eq!(unchanged.head, execution.head);
    assert_eq!(stack.letters(order.event_id()).await.unwrap().len(), 1);

    let mut released = order.order.clone();
    released["state"] = json!("new");
    released["status"] = json!("pending");
    stack.sandbox.post("/admin/orders", &released).await.unwrap();
    stack.queues.send(url, &letter, &format!("redrive:{}", order.charge)).await.unwrap();
    let done = |execution: &Execution| execution.status() == "done";
    let execution = stack.until("main", order.event_id(), "done", done).await.unwrap();
    assert!(execution.attempts() > 1);
    let held = Held::of(&stack.sandbox.state().await.unwrap(), &order);
    assert_eq!(held.faults(order.intent.as_deref().unwrap()), Vec::<String>::new());
    assert_eq!((&held.order["status"], held.fulfilments.len()), (&json!("processing"), 1));
}

async fn the_letter(stack: &Stack, order: &Order) -> Letter {
    stack.letters(order.event_id()).await.unwrap().pop().expect("a letter")
}

/// The message that became the letter.
fn without_park(letter: &Letter) -> Letter {
    let mut message = letter.clone();
    message.attributes.retain(|name, _| name != "tb.park" && name != "tb.flow");
    message
}
