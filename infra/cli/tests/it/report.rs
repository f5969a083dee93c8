//! `tillbridge report`: of what a real payout has left in the table.

use serde_json::{Value, json};

use crate::world::World;

/// A payout of an order of ours and of a payment that nobody knows.
async fn paid_out(world: &World) -> Value {
    world.pay("simple").await;
    world.sandbox.play_stripe(&json!({ "move": "pay", "amount": 2_000, "available_in_days": 0 })).unwrap();
    let made = world.pay_out(&json!({ "move": "payout" })).await;
    for turn in [
        json!({ "move": "payout_reconciles", "id": made["id"] }),
        json!({ "move": "payout_turns", "payout": made["id"], "to": "paid" }),
    ] {
        world.pay_out(&turn).await;
    }
    made
}

#[tokio::test]
async fn a_payout_is_shown_with_what_is_matched_and_what_is_not() {
    let world = World::new().await;
    let made = paid_out(&world).await;
    let id = made["id"].as_str().unwrap();
    let amount =
        format!("{}.{:02}", made["amount"].as_i64().unwrap() / 100, made["amount"].as_i64().unwrap() % 100);
    let said = world.run(&["report", "payout", id]).await;
    assert_eq!((said.code, said.err.as_str()), (1, ""), "{said:?}");
    for words in
        [id, &amount, "in 3 movements", "matched", "foreign", "1 to look at", "20.00 USD", ":day:", "JRN-"]
    {
        assert!(said.out.contains(words), "no `{words}` in\n{}", said.out);
    }
    let csv = world.run(&["report", "payout", id, "--as", "csv"]).await.out;
    assert!(csv.starts_with("part,name,rows,gross,fees,net,currency\n"), "{csv}");
    assert!(csv.contains(",foreign,"), "{csv}");
    let said: Value =
        serde_json::from_str(&world.run(&["report", "payout", id, "--json"]).await.out).unwrap();
    assert_eq!(said["report"]["payout"]["id"], *id);
    assert_eq!((&said["exception_count"], said["exceptions"].as_array().unwrap().len()), (&json!(1), 1));
    let listed = world.run(&["report", "exceptions"]).await;
    assert!(
        listed.out.contains(id) && listed.out.contains("another shop on the same account"),
        "{}",
        listed.out
    );
}

#[tokio::test]
async fn what_is_not_reconciled_says_what_to_look_at() {
    let world = World::new().await;
    let said = world.run(&["report", "payout", "po_1"]).await;
    assert_eq!((said.code, said.out.as_str()), (1, ""), "{said:?}");
    assert!(said.err.contains("tillbridge trace po_1"), "{}", said.err);
    let said = world.run(&["report", "exceptions"]).await;
    assert_eq!((said.code, said.out.trim_end()), (0, "every movement of every payout is matched"));
}

#[tokio::test]
async fn journals_are_text_that_accounting_programs_read() {
    let world = World::new().await;
    paid_out(&world).await;
    let month = jiff::Timestamp::now().strftime("%Y-%m").to_string();
    let hledger = world.run(&["report", "journals", &month]).await;
    assert_eq!(hledger.code, 0, "{hledger:?}");
    assert!(hledger.out.contains("1050") && hledger.out.contains("1060"), "{}", hledger.out);
    let beancount = world.run(&["report", "journals", &month, "--as", "beancount"]).await;
    assert!(beancount.out.contains("open") && beancount.out.contains("USD"), "{}", beancount.out);
    let said = world.run(&["report", "journals", "march"]).await;
    assert_eq!(said.code, 2);
    assert!(said.err.contains("2026-03"), "{}", said.err);
}
