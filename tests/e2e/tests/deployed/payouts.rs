//! Payouts on the deployed stack: posted as they move, and proved when Stripe has listed what they are made of.

use e2e::{END, Execution, Stack, wait_until};
use serde_json::{Value, json};

const FLOW: &str = "payouts";

/// Plays a move at Stripe and sends what tells of the payout; gives it and how the executions ended.
async fn played(stack: &Stack, wanted: &Value) -> (Value, Vec<Execution>) {
    let played = stack.sandbox.post("/admin/stripe/moves", wanted).await.unwrap();
    let mut ended = Vec::new();
    let heard = |event: &&Value| event["type"].as_str().unwrap().starts_with("payout.");
    for event in played["events"].as_array().unwrap().iter().filter(heard) {
        assert_eq!(stack.send_stripe("main", &event.to_string()).await.unwrap().status, 200);
        let id = event["id"].as_str().unwrap();
        let look = || async { Ok(stack.execution_in(FLOW, "main", id).await?.filter(Execution::is_ended)) };
        ended.push(wait_until(&format!("{id} is ended"), END, look).await.unwrap());
    }
    assert!(!ended.is_empty(), "{wanted} is told of");
    (played["object"].clone(), ended)
}

/// The journal of a key, where the ERP has it.
async fn journal(stack: &Stack, key: &str) -> Option<Value> {
    let state = stack.sandbox.state().await.unwrap();
    let key = format!("tb:acct_1TillbridgeLocal:{key}");
    let journals = state["erp"]["journals"].as_array().unwrap();
    let mut of_key = journals.iter().filter(|journal| journal["key"] == *key);
    let first = of_key.next().cloned();
    assert!(of_key.next().is_none(), "two journals {key}");
    first
}

/// What a journal moves on an account: debits less credits.
fn moved(journal: &Value, account: &str) -> String {
    let lines = journal["lines"].as_array().unwrap().iter().filter(|line| line["account"] == account);
    let amounts = lines.map(|line| match (&line["debit"], &line["credit"]) {
        (Value::Null, credit) => format!("-{}", credit["amount"].as_str().unwrap()),
        (debit, _) => debit["amount"].as_str().unwrap().to_owned(),
    });
    amounts.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_payout_is_posted_as_it_moves_and_proved_to_the_cent() {
    let stack = Stack::shared().await.unwrap();
    // Others pay back what is available while this runs: of this there is enough.
    let seed = json!({ "kind": "twelve_lines", "available_in_days": 0 });
    for _ in 0..3 {
        let order = stack.order_with(&seed).await.unwrap();
        assert_eq!(stack.run(&order).await.unwrap().status(), "done");
    }
    let (payout, ended) = played(&stack, &json!({ "move": "payout" })).await;
    assert_eq!((ended[0].status(), ended[0].reason()), ("skipped", "list_incomplete"), "{ended:?}");
    let id = payout["id"].as_str().unwrap();
    let own =
        journal(&stack, &format!("bt:{}", payout["balance_transaction"].as_str().unwrap())).await.unwrap();
    let amount = format!(
        "{}.{:02}",
        payout["amount"].as_i64().unwrap() / 100,
        payout["amount"].as_i64().unwrap() % 100
    );
    assert_eq!((moved(&own, "1060"), moved(&own, "1050")), (amount.clone(), format!("-{amount}")));

    let (_, ended) = played(&stack, &json!({ "move": "payout_reconciles", "id": id })).await;
    assert_eq!(ended.last().unwrap().status(), "done", "{ended:?}");
    let (_, ended) = played(&stack, &json!({ "move": "payout_turns", "payout": id, "to": "paid" })).await;
    assert_eq!(ended.last().unwrap().status(), "done", "{ended:?}");
    let paid = journal(&stack, &format!("payout:{id}:paid")).await.unwrap();
    assert_eq!((moved(&paid, "1100"), moved(&paid, "1060")), (amount.clone(), format!("-{amount}")));

    let said = stack.tillbridge(&["report", "payout", id]).await.unwrap();
    for words in [id, amount.as_str(), "matched", "charge"] {
        assert!(said.out.contains(words), "no `{words}` in\n{}", said.out);
    }
}
