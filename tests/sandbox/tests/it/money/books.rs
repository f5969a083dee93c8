//! The sums that hold whatever was played.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{World, number, text};

/// Checks every sum of the account.
pub(crate) async fn balances(world: &World) {
    let rows = world.all("balance_transactions").await;
    rows_are_whole(world, &rows);
    is_the_balance(world, &rows).await;
    payouts_are_their_rows(world).await;
    refunds_are_covered(world).await;
}

/// `net = amount − fee`, the fee is its parts, a row is available once its day has come.
fn rows_are_whole(world: &World, rows: &[Value]) {
    for row in rows {
        assert_eq!(number(row, "net"), number(row, "amount") - number(row, "fee"), "{row}");
        let details = row["fee_details"].as_array().unwrap();
        assert_eq!(number(row, "fee"), details.iter().map(|fee| number(fee, "amount")).sum::<i64>(), "{row}");
        let is_available = number(row, "available_on") <= world.now();
        assert_eq!(row["status"], if is_available { "available" } else { "pending" }, "{row}");
        assert!(number(row, "created") <= world.now(), "{row}");
    }
}

/// Σ net of all rows is the balance, by currency and by status.
async fn is_the_balance(world: &World, rows: &[Value]) {
    let balance = world.get("balance").await;
    for status in ["available", "pending"] {
        let mut sums: BTreeMap<String, i64> = BTreeMap::new();
        for row in rows.iter().filter(|row| row["balance_type"] == "payments") {
            let is_it = row["status"] == status;
            *sums.entry(text(row, "currency")).or_default() += if is_it { number(row, "net") } else { 0 };
        }
        for shown in balance[status].as_array().unwrap() {
            let sum = sums.remove(&text(shown, "currency")).unwrap_or_default();
            assert_eq!(number(shown, "amount"), sum, "{status} {shown}");
        }
        assert!(sums.is_empty(), "{status}: {sums:?} are not in the balance");
    }
}

/// Σ net of a completed payout's other rows = −net of its own; no row is in two payouts.
async fn payouts_are_their_rows(world: &World) {
    let mut seen = BTreeMap::new();
    for payout in world.all("payouts").await {
        if payout["reconciliation_status"] != "completed" {
            continue;
        }
        let id = text(&payout, "id");
        let rows = world.all(&format!("balance_transactions?payout={id}")).await;
        let (own, others): (Vec<_>, Vec<_>) =
            rows.iter().partition(|row| row["id"] == payout["balance_transaction"]);
        assert_eq!(own.len(), 1, "{payout}");
        let sum: i64 = others.iter().map(|row| number(row, "net")).sum();
        assert_eq!(sum, -number(own[0], "net"), "{payout}");
        assert_eq!(sum, number(&payout, "amount"), "{payout}");
        for row in &rows {
            assert_eq!(row["currency"], payout["currency"]);
            assert_eq!(row["status"], "available");
            assert_eq!(seen.insert(text(row, "id"), id.clone()), None, "{row}");
        }
    }
}

/// Σ of a charge's refunds that stand, without voids, is what is refunded of it, and never above what was captured.
async fn refunds_are_covered(world: &World) {
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for refund in world.all("refunds").await {
        if !matches!(refund["status"].as_str(), Some("failed" | "canceled")) {
            *sums.entry(text(&refund, "charge")).or_default() += number(&refund, "amount");
        }
    }
    for charge in world.all("charges").await {
        let sum = sums.get(&text(&charge, "id")).copied().unwrap_or_default();
        let (amount, captured) = (number(&charge, "amount"), number(&charge, "amount_captured"));
        if charge["captured"] == true && charge["status"] != "pending" {
            let released = amount - captured;
            assert_eq!(number(&charge, "amount_refunded"), sum + released, "{charge}");
            assert!(sum <= captured, "{charge}");
            assert_eq!(charge["refunded"] == true, sum == captured && sum > 0, "{charge}");
        }
        assert!(number(&charge, "amount_refunded") <= amount, "{charge}");
    }
}
