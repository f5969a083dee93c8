//! `tillbridge` as operators use it, on the deployed stack.

use e2e::{Held, Order, Stack};
use serde_json::Value;

#[tokio::test]
async fn the_whole_story_by_any_of_its_names() {
    let stack = Stack::shared().await.unwrap();
    let order = stack.order("simple").await.unwrap();
    stack.run(&order).await.unwrap();
    let held = Held::of(&stack.sandbox.state().await.unwrap(), &order);
    let names = names(&order, &held);
    let intent = order.intent.as_deref().unwrap();
    for asked in [order.number.as_str(), intent, order.charge.as_str(), order.event_id()] {
        let said = stack.tillbridge(&["trace", asked]).await.unwrap();
        assert_eq!(said.code, 0, "{asked}: {said:?}");
        for (kind, id) in &names {
            let line = said.out.lines().find(|line| line.split_whitespace().eq([*kind, id.as_str()]));
            assert!(line.is_some(), "{asked}: no line `{kind} {id}` in\n{}", said.out);
        }
        for words in [order.event_id(), "charge.succeeded", "done after 1 attempt", "sales_order:"] {
            assert!(said.out.contains(words), "{asked}: no `{words}` in\n{}", said.out);
        }

        let said = stack.tillbridge(&["trace", asked, "--json"]).await.unwrap();
        // One story for each payment of the order.
        let stories: Value = serde_json::from_str(&said.out).unwrap();
        let story = &stories[0];
        assert_eq!(stories.as_array().unwrap().len(), 1, "{asked}");
        assert_eq!(story["entity"], format!("payment_intent:{intent}"), "{asked}");
        let execution = &story["executions"][0];
        assert_eq!(execution["execution"]["attempts"], 1, "{asked}");
        for time in ["received_at", "created_at", "finished_at"] {
            assert!(execution["execution"][time].is_string(), "{asked}: no {time}");
        }
        let steps = execution["steps"].as_array().unwrap();
        let step = |name: &str| steps.iter().find(|step| step["step"] == name).unwrap();
        let names = [
            "payment",
            "order",
            "paid",
            "sales_order",
            "invoice",
            "fulfilment",
            "tagged",
            "settled",
            "receipt",
        ];
        for name in names {
            assert!(step(name)["finished_at"].is_string(), "{asked}: {name} has no time");
            assert!(step(name)["duration_ms"].is_number(), "{asked}: {name} says not how long it took");
        }
        assert!(step("paid")["natural_key"].as_str().unwrap().ends_with(&order.charge), "{asked}");
    }
}

/// What the order is called in the four systems.
fn names(order: &Order, held: &Held) -> Vec<(&'static str, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    vec![
        ("payment_intent", order.intent.clone().unwrap()),
        ("charge", order.charge.clone()),
        ("order_number", order.number.clone()),
        ("order", order.id.unwrap().to_string()),
        ("invoice", text(&held.invoices[0]["entity_id"])),
        ("sales_order", text(&held.sales_orders[0]["id"])),
        ("sales_invoice", text(&held.sales_invoices[0]["id"])),
        ("fulfilment", text(&held.fulfilments[0]["id"])),
        ("payment", text(&held.receipts[0]["id"])),
    ]
}

#[tokio::test]
async fn what_is_parked_is_listed_and_told() {
    let stack = Stack::shared().await.unwrap();
    let order = stack.order("amount_mismatch").await.unwrap();
    stack.run(&order).await.unwrap();
    let said = stack.tillbridge(&["trace", &order.charge]).await.unwrap();
    assert_eq!(said.code, 1, "problems were found: {said:?}");
    for words in ["parked", "amount_mismatch", "captured were", "mended by: merchant"] {
        assert!(said.out.contains(words), "no `{words}` in\n{}", said.out);
    }
    let said = stack.tillbridge(&["executions", "--parked", "--limit", "1000", "--json"]).await.unwrap();
    assert_eq!(said.code, 1, "{said:?}");
    let rows: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(rows.iter().all(|row| row["status"] == "parked"));
    assert!(rows.iter().any(|row| row["event"] == order.event_id()), "{rows:?}");
}

#[tokio::test]
async fn what_nobody_knows() {
    let stack = Stack::shared().await.unwrap();
    for asked in ["999999999", "pi_nobody", "evt_nobody"] {
        let said = stack.tillbridge(&["trace", asked]).await.unwrap();
        assert_eq!((said.code, said.out.as_str()), (1, ""), "{said:?}");
        assert!(said.err.contains(asked), "{said:?}");
    }
}

#[tokio::test]
async fn the_set_up_is_checked_before_any_event() {
    let stack = Stack::shared().await.unwrap();
    let said = stack.tillbridge(&["check"]).await.unwrap();
    assert_eq!(said.code, 0, "{said:?}");
}

#[tokio::test]
async fn events_are_sent_signed_or_forged() {
    let stack = Stack::shared().await.unwrap();
    let order = stack.order("simple").await.unwrap();
    let file = std::env::temp_dir().join(format!("{}.json", order.event_id()));
    std::fs::write(&file, order.body()).unwrap();
    let path = file.to_str().unwrap();
    let forged = stack.tillbridge(&["send", path, "--forge"]).await.unwrap();
    let sent = stack.tillbridge(&["send", path, "--times", "3"]).await.unwrap();
    std::fs::remove_file(&file).unwrap();
    assert_eq!(forged.code, 1, "{forged:?}");
    assert!(forged.out.starts_with("400 "), "{forged:?}");
    assert_eq!((sent.code, sent.out.lines().count()), (0, 3), "{sent:?}");
    assert_eq!(stack.ended(order.event_id()).await.unwrap().status(), "done");
}
