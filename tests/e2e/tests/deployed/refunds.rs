//! Money that Stripe pays back, on the deployed stack: one refund has one effect in every system, whoever tells of it.

use e2e::{END, Execution, Held, Order, Stack, wait_until};
use serde_json::{Value, json};

const FLOW: &str = "refunds";

/// Plays a move at Stripe and sends every event that tells of it, each twice; gives how they ended.
async fn played(stack: &Stack, wanted: &Value) -> (Value, Vec<Execution>) {
    let played = stack.sandbox.post("/admin/stripe/moves", wanted).await.unwrap();
    let mut ended = Vec::new();
    let heard = |event: &&Value| {
        let event_type = event["type"].as_str().unwrap();
        event_type.starts_with("refund.") || matches!(event_type, "charge.refunded" | "charge.refund.updated")
    };
    for event in played["events"].as_array().unwrap().iter().filter(heard) {
        for _ in 0..2 {
            assert_eq!(stack.send_stripe("main", &event.to_string()).await.unwrap().status, 200);
        }
        let id = event["id"].as_str().unwrap();
        let look = || async { Ok(stack.execution_in(FLOW, "main", id).await?.filter(Execution::is_ended)) };
        ended.push(wait_until(&format!("{id} is ended"), END, look).await.unwrap());
    }
    (played["id"].clone(), ended)
}

/// What a refund has become: its memos in the shop, its documents in the ERP.
fn booked(state: &Value, order: &Order, refund: &Value) -> (Vec<Value>, Vec<Value>) {
    let rows = |system: &str, kind: &str| state[system][kind].as_array().cloned().unwrap_or_default();
    let key = |kind: &str| json!(format!("tb:acct_1TillbridgeLocal:{kind}:{}", refund.as_str().unwrap()));
    let mut memos = rows("magento", "creditmemos");
    memos.retain(|memo| {
        memo["order_id"] == json!(order.id) && memo.to_string().contains(refund.as_str().unwrap())
    });
    let mut documents = rows("erp", "invoices");
    documents.extend(rows("erp", "payments"));
    documents.retain(|document| [key("credit_note"), key("refund")].contains(&document["key"]));
    (memos, documents)
}

#[tokio::test]
async fn a_part_and_then_the_rest_go_back_and_nothing_is_sent_any_more() {
    let stack = Stack::shared().await.unwrap();
    let order = stack.order("simple").await.unwrap();
    assert_eq!(stack.run(&order).await.unwrap().status(), "done");
    let mut refunds = Vec::new();
    for amount in [json!({ "amount": 500 }), json!({})] {
        let mut wanted = json!({ "move": "refund", "charge": order.charge });
        wanted.as_object_mut().unwrap().extend(amount.as_object().unwrap().clone());
        let (refund, ended) = played(&stack, &wanted).await;
        assert!(ended.len() >= 2, "{refund} is told of by several events");
        for execution in &ended {
            assert_eq!(execution.status(), "done", "{execution:?}");
        }
        refunds.push(refund);
    }
    let state = stack.sandbox.state().await.unwrap();
    for refund in &refunds {
        let (memos, documents) = booked(&state, &order, refund);
        assert_eq!((memos.len(), documents.len()), (1, 2), "{refund}: {memos:?} {documents:?}");
    }
    let held = Held::of(&state, &order);
    // Amounts say nothing of rows: the shop leaves such an order open.
    assert_eq!(held.order["total_refunded"], held.order["grand_total"]);
    assert_eq!(held.fulfilments[0]["state"], "cancelled");
}

#[tokio::test]
async fn what_does_not_reach_the_customer_is_told_to_a_person() {
    let stack = Stack::shared().await.unwrap();
    let order = stack.order("simple").await.unwrap();
    assert_eq!(stack.run(&order).await.unwrap().status(), "done");
    let wanted = json!({ "move": "refund", "charge": order.charge, "amount": 500 });
    let (refund, _) = played(&stack, &wanted).await;
    let failed = json!({ "move": "refund_turns", "refund": refund, "to": "failed", "failure_reason": "lost_or_stolen_card" });
    let (_, ended) = played(&stack, &failed).await;
    for execution in &ended {
        assert_eq!(
            (execution.status(), execution.reason()),
            ("parked", "refund_to_be_paid"),
            "{execution:?}"
        );
        assert!(execution.message().contains(&order.number), "{}", execution.message());
    }
    let said = stack.tillbridge(&["trace", &order.number]).await.unwrap();
    for words in ["refund_to_be_paid", refund.as_str().unwrap(), "still owed"] {
        assert!(said.out.contains(words), "no `{words}` in\n{}", said.out);
    }
}
