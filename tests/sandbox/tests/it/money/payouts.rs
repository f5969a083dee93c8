//! Payouts: the day's, by hand, at once, the wrong way round, failing.

use serde_json::{Value, json};

use super::books::balances;
use super::{DAY, HOUR, World, number, text};

async fn lines(world: &World, payout: &str) -> Vec<(String, i64)> {
    let rows = world.all(&format!("balance_transactions?payout={payout}")).await;
    let mut seen: Vec<_> =
        rows.iter().map(|row| (text(row, "reporting_category"), number(row, "net"))).collect();
    seen.sort();
    seen
}

fn line(category: &str, net: i64) -> (String, i64) {
    (category.to_owned(), net)
}

#[tokio::test]
async fn an_automatic_payout_takes_what_is_available_and_shows_its_lines_once_reconciled() {
    let world = World::new();
    let charge = world.paid(10_800, true);
    world.play(&json!({"move": "refund", "charge": charge["id"], "amount": 5400}));
    world.paid(2000, false);
    let made = world.play(&json!({"move": "payout", "shown_before": 2}));
    assert_eq!(made.types(), ["payout.created"]);
    let payout = &made.object;
    // 108.00 less 3.43 less 54.00; what is pending stays.
    assert_eq!((&payout["amount"], &payout["status"]), (&json!(5057), &json!("pending")));
    assert_eq!(
        (&payout["automatic"], &payout["reconciliation_status"]),
        (&json!(true), &json!("in_progress"))
    );
    assert_eq!(number(payout, "arrival_date") % DAY, 0);
    assert_eq!(lines(&world, &made.id()).await.len(), 2);
    let moved = world.play(&json!({"move": "payout_turns", "payout": made.id(), "to": "in_transit"}));
    assert_eq!(moved.event("payout.updated")["data"]["previous_attributes"], json!({"status": "pending"}));
    let done = world.play(&json!({"move": "payout_reconciles", "id": made.id()}));
    assert_eq!(done.types(), ["payout.reconciliation_completed", "payout.updated"]);
    let all = [line("charge", 10_457), line("payout", -5057), line("refund", -5400)];
    assert_eq!(lines(&world, &made.id()).await, all);
    let paid = world.play(&json!({"move": "payout_turns", "payout": made.id(), "to": "paid"}));
    assert_eq!(paid.types(), ["payout.paid", "payout.updated"]);
    assert_eq!(paid.object["trace_id"]["status"], "supported");
    let expanded = format!("balance_transactions?payout={}&expand[]=data.source", made.id());
    let kinds: Vec<_> = world.all(&expanded).await.iter().map(|row| text(&row["source"], "object")).collect();
    assert_eq!(kinds.len(), 3);
    for kind in ["charge", "refund", "payout"] {
        assert!(kinds.contains(&kind.to_owned()), "{kinds:?}");
    }
    assert!(world.refused(&json!({"move": "payout"})).contains("nothing"));
    balances(&world).await;
}

#[tokio::test]
async fn a_payout_that_fails_keeps_its_lines_and_the_money_leaves_with_a_later_one() {
    for after_paid in [false, true] {
        let world = World::new();
        world.paid(10_000, true);
        let first = world.play(&json!({"move": "payout"}));
        world.play(&json!({"move": "payout_reconciles", "id": first.id()}));
        let before = lines(&world, &first.id()).await;
        if after_paid {
            world.play(&json!({"move": "payout_turns", "payout": first.id(), "to": "paid"}));
        }
        let failed = world.play(&json!({
            "move": "payout_turns", "payout": first.id(), "to": "failed", "failure_code": "account_closed"
        }));
        assert_eq!(failed.types(), ["payout.failed", "payout.updated"]);
        let back = text(&failed.object, "failure_balance_transaction");
        let row = world.get(&format!("balance_transactions/{back}")).await;
        assert_eq!(
            (&row["type"], &row["reporting_category"], &row["net"], &row["source"]),
            (&json!("payout_failure"), &json!("payout_reversal"), &json!(9680), &json!(first.id()))
        );
        world.refused(&json!({"move": "payout_turns", "payout": first.id(), "to": "paid"}));
        let second = world.play(&json!({"move": "payout"}));
        world.play(&json!({"move": "payout_reconciles", "id": second.id()}));
        assert_eq!(lines(&world, &first.id()).await, before);
        assert_eq!(lines(&world, &second.id()).await, [line("payout", -9680), line("payout_reversal", 9680)]);
        balances(&world).await;
    }
}

#[tokio::test]
async fn payouts_by_hand_have_no_list_and_spoil_none() {
    let world = World::new();
    world.paid(10_000, true);
    let manual = world.play(&json!({"move": "payout", "automatic": false, "amount": 1000}));
    assert_eq!(manual.object["reconciliation_status"], "not_applicable");
    let instant = world.play(&json!({"move": "payout", "instant": true, "amount": 2000, "fee": 50}));
    assert_eq!((&instant.object["method"], &instant.object["automatic"]), (&json!("instant"), &json!(false)));
    let row =
        world.get(&format!("balance_transactions/{}", text(&instant.object, "balance_transaction"))).await;
    assert_eq!((&row["amount"], &row["fee"], &row["net"]), (&json!(-2000), &json!(50), &json!(-2050)));
    let path = format!("/v1/balance_transactions?payout={}", manual.id());
    let refused = crate::client::stripe(&world.sandbox, "GET", &path, "", &[]).await;
    assert!(refused.status == 400 && refused.text.contains("automatic"), "{}", refused.text);
    assert!(
        world
            .refused(&json!({"move": "payout", "automatic": false, "amount": 6631}))
            .contains("insufficient")
    );
    let canceled = world.play(&json!({"move": "payout_turns", "payout": manual.id(), "to": "canceled"}));
    assert_eq!(canceled.types(), ["payout.canceled", "payout.updated"]);
    assert!(canceled.object["failure_balance_transaction"].is_string());
    let rest = world.play(&json!({"move": "payout"}));
    assert_eq!(rest.object["amount"], 9680 - 2050);
    world.refused(&json!({"move": "payout_turns", "payout": rest.id(), "to": "canceled"}));
    world.play(&json!({"move": "payout_reconciles", "id": rest.id()}));
    balances(&world).await;
}

#[tokio::test]
async fn a_negative_balance_is_drawn_from_the_bank_and_may_bounce() {
    let world = World::new();
    let charge = world.paid(1000, true);
    world.play(&json!({"move": "payout"}));
    world.play(&json!({"move": "dispute", "charge": charge["id"]}));
    let drawn = world.play(&json!({"move": "payout"}));
    assert_eq!(drawn.object["amount"], -2500);
    world.play(&json!({"move": "payout_reconciles", "id": drawn.id()}));
    assert_eq!(lines(&world, &drawn.id()).await, [line("dispute", -2500), line("payout", 2500)]);
    world.play(&json!({"move": "payout_turns", "payout": drawn.id(), "to": "failed"}));
    assert_eq!(world.get("balance").await["available"][0]["amount"], -2500);
    balances(&world).await;
}

#[tokio::test]
async fn every_day_each_currency_leaves_by_itself() {
    let world = World::new();
    world.play(&json!({"move": "account", "daily_payouts": {"hour": 4}}));
    for currency in ["usd", "eur", "jpy"] {
        world.play(&json!({"move": "pay", "amount": 5000, "currency": currency}));
    }
    world.wait(DAY);
    assert!(world.all("payouts").await.is_empty());
    world.wait(DAY);
    let payouts = world.all("payouts").await;
    let mut currencies: Vec<_> = payouts.iter().map(|payout| text(payout, "currency")).collect();
    currencies.sort();
    assert_eq!(currencies, ["eur", "jpy", "usd"]);
    for payout in &payouts {
        assert_eq!(number(payout, "created") % DAY, 4 * HOUR);
        assert_eq!(payout["reconciliation_status"], "completed");
        assert_eq!(payout["status"], "in_transit");
    }
    world.wait(3 * DAY);
    let statuses = world.all("payouts?status=paid").await;
    assert_eq!(statuses.len(), 3);
    for kind in ["payout.created", "payout.reconciliation_completed", "payout.paid"] {
        assert_eq!(world.all(&format!("events?type={kind}")).await.len(), 3, "{kind}");
    }
    world.play(&json!({"move": "account", "manual_payouts": true}));
    world.play(&json!({"move": "pay", "amount": 5000}));
    world.wait(9 * DAY);
    assert_eq!(world.all("payouts").await.len(), 3);
    balances(&world).await;
    assert_eq!(world.sandbox.state()["stripe"]["left_out"], json!([]));
}

#[tokio::test]
async fn forints_leave_in_whole_units_and_the_rest_waits() {
    let world = World::new();
    world.play(
        &json!({"move": "pay", "amount": 100_050, "currency": "huf", "fee": 0, "available_in_days": 0}),
    );
    let made = world.play(&json!({"move": "payout", "currency": "huf"}));
    assert_eq!(made.object["amount"], 100_000);
    world.play(&json!({"move": "payout_reconciles", "id": made.id()}));
    let held = line("payout_minimum_balance_hold", -50);
    assert_eq!(lines(&world, &made.id()).await, [line("charge", 100_050), line("payout", -100_000), held]);
    assert_eq!(world.get("balance").await["available"][0]["amount"], 50);
    world.refused(&json!({"move": "payout", "currency": "huf"}));
    balances(&world).await;
}

#[tokio::test]
async fn the_ledger_is_listed_by_day_type_currency_and_page() {
    let world = World::new();
    for day in 0..3 {
        for _ in 0..4 {
            world.paid(1000 + day, true);
        }
        world.wait(DAY);
    }
    let from = world.now() - 2 * DAY;
    let day = format!("balance_transactions?created[gte]={from}&created[lt]={}", from + DAY);
    let amounts: Vec<_> = world.all(&day).await.iter().map(|row| number(row, "amount")).collect();
    assert_eq!(amounts, [1001; 4]);
    world.play(&json!({"move": "row", "type": "stripe_fee", "amount": -700, "currency": "eur"}));
    let euros = world.all("balance_transactions?currency=eur&type=stripe_fee").await;
    assert_eq!(euros.len(), 1);
    let page = world.get("balance_transactions?limit=5").await;
    assert_eq!((page["data"].as_array().unwrap().len(), &page["has_more"]), (5, &json!(true)));
    assert_eq!(page["data"][0]["id"], euros[0]["id"]);
    let unknown =
        crate::client::stripe(&world.sandbox, "GET", "/v1/balance_transactions?payout=po_x", "", &[]).await;
    assert_eq!((unknown.status, unknown.json()["error"]["param"].clone()), (400, Value::from("payout")));
}
