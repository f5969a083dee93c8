//! Disputes: asked, withdrawn, answered, decided, paid back.

use serde_json::{Value, json};

use super::books::balances;
use super::{DAY, Played, World, number, text};

fn rows(dispute: &Value) -> Vec<(String, i64, i64, i64)> {
    let rows = dispute["balance_transactions"].as_array().unwrap().iter();
    rows.map(|row| {
        (text(row, "reporting_category"), number(row, "amount"), number(row, "fee"), number(row, "net"))
    })
    .collect()
}

fn row(category: &str, amount: i64, fee: i64) -> (String, i64, i64, i64) {
    (category.to_owned(), amount, fee, amount - fee)
}

fn opened(world: &World, amount: i64, more: &Value) -> (Value, Played) {
    let charge = world.paid(amount, true);
    let mut wanted = json!({"move": "dispute", "charge": charge["id"]});
    for (name, value) in more.as_object().unwrap() {
        wanted[name] = value.clone();
    }
    (charge, world.play(&wanted))
}

#[tokio::test]
async fn a_dispute_takes_money_and_fee_and_a_win_brings_the_money_back() {
    let world = World::new();
    let (charge, dispute) = opened(&world, 10_000, &json!({"due_in_days": 9, "network_reason_code": "13.1"}));
    assert_eq!(
        dispute.types(),
        ["charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.updated"]
    );
    let seen = &dispute.object;
    assert_eq!(rows(seen), [row("dispute", -10_000, 1500)]);
    assert_eq!(seen["balance_transactions"][0]["source"], seen["id"]);
    assert_eq!((&seen["status"], &seen["is_charge_refundable"]), (&json!("needs_response"), &json!(false)));
    assert_eq!(seen["payment_method_details"]["card"]["network_reason_code"], "13.1");
    let due_by = number(&seen["evidence_details"], "due_by");
    assert!((9 * DAY..10 * DAY).contains(&(due_by - world.now())));
    assert_eq!(world.get(&format!("charges/{}", text(&charge, "id"))).await["disputed"], true);
    let listed = world.all(&format!("disputes?charge={}", text(&charge, "id"))).await;
    assert_eq!(listed, std::slice::from_ref(seen));

    let submitted =
        world.play(&json!({"move": "dispute_responds", "dispute": dispute.id(), "what": "submits"}));
    assert_eq!(submitted.types(), ["charge.dispute.updated"]);
    assert_eq!(
        submitted.event("charge.dispute.updated")["data"]["previous_attributes"],
        json!({"status": "needs_response", "evidence_details": {"has_evidence": false, "submission_count": 0}})
    );
    world.wait(60 * DAY);
    let won = world.play(&json!({"move": "dispute_closes", "dispute": dispute.id(), "to": "won"}));
    assert_eq!(
        (won.types(), &won.object["status"]),
        (vec!["charge.dispute.closed".to_owned()], &json!("won"))
    );
    let back = world.play(&json!({"move": "dispute_reinstates", "dispute": dispute.id()}));
    assert_eq!(back.types(), ["charge.dispute.funds_reinstated"]);
    assert_eq!(rows(&back.object), [row("dispute", -10_000, 1500), row("dispute_reversal", 10_000, 0)]);
    world.refused(&json!({"move": "dispute_reinstates", "dispute": dispute.id()}));
    balances(&world).await;
}

#[tokio::test]
async fn after_a_loss_a_part_and_the_fee_may_still_come_back() {
    let world = World::new();
    let (_, dispute) = opened(&world, 10_000, &json!({"amount": 8000}));
    world.play(&json!({"move": "dispute_closes", "dispute": dispute.id(), "to": "lost"}));
    world.refused(&json!({"move": "dispute_closes", "dispute": dispute.id(), "to": "won"}));
    let back = world.play(&json!({
        "move": "dispute_reinstates", "dispute": dispute.id(), "amount": 3000, "fee_returned": 1500
    }));
    assert_eq!(rows(&back.object), [row("dispute", -8000, 1500), row("dispute_reversal", 3000, -1500)]);
    assert_eq!(back.object["status"], "lost");
    world.refused(&json!({"move": "dispute_reinstates", "dispute": dispute.id(), "amount": 5001}));
    balances(&world).await;
}

#[tokio::test]
async fn an_inquiry_moves_no_money_until_it_escalates_under_the_same_id() {
    let world = World::new();
    let (charge, inquiry) = opened(&world, 10_000, &json!({"inquiry": true}));
    assert_eq!(inquiry.types(), ["charge.dispute.created", "charge.updated"]);
    assert_eq!(
        (&inquiry.object["status"], rows(&inquiry.object)),
        (&json!("warning_needs_response"), vec![])
    );
    // While the bank only asks, a part can be refunded.
    world.play(&json!({"move": "refund", "charge": charge["id"], "amount": 1000}));
    let path = format!("disputes/{}", inquiry.id());
    let answered = world.post(&path, "evidence[product_description]=lamp", "e").await.json();
    assert_eq!(
        (&answered["status"], &answered["evidence_details"]["submission_count"]),
        (&json!("warning_under_review"), &json!(1))
    );
    let grown =
        world.play(&json!({"move": "dispute_responds", "dispute": inquiry.id(), "what": "escalates"}));
    assert_eq!(grown.types(), ["charge.dispute.funds_withdrawn", "charge.dispute.updated"]);
    assert_eq!(
        (&grown.object["status"], rows(&grown.object)),
        (&json!("needs_response"), vec![row("dispute", -10_000, 1500)])
    );
    let gone = world.post(&format!("{path}/close"), "", "x").await.json();
    assert_eq!(gone["status"], "lost");
    balances(&world).await;
}

#[tokio::test]
async fn an_inquiry_ends_by_a_full_refund_by_time_or_before_it_is_one() {
    let world = World::new();
    let (charge, inquiry) = opened(&world, 1000, &json!({"inquiry": true}));
    let refund = world.play(&json!({"move": "refund", "charge": charge["id"]}));
    assert_eq!(refund.types(), ["charge.dispute.closed", "charge.refunded", "refund.created"]);
    assert_eq!(world.get(&format!("disputes/{}", inquiry.id())).await["status"], "warning_closed");
    for to in ["warning_closed", "prevented"] {
        let (_, inquiry) = opened(&world, 1000, &json!({"inquiry": true}));
        let closed = world.play(&json!({"move": "dispute_closes", "dispute": inquiry.id(), "to": to}));
        assert_eq!(
            (&closed.object["status"], closed.types()),
            (&json!(to), vec!["charge.dispute.closed".to_owned()])
        );
        world.refused(&json!({"move": "dispute_reinstates", "dispute": inquiry.id()}));
    }
    let (_, dispute) = opened(&world, 1000, &json!({}));
    world.refused(&json!({"move": "dispute_closes", "dispute": dispute.id(), "to": "warning_closed"}));
    world.wait(30 * DAY);
    let late = world.get(&format!("disputes/{}", dispute.id())).await;
    assert_eq!(late["evidence_details"]["past_due"], true);
    balances(&world).await;
}
