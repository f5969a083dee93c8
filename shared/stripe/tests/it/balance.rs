//! `stripe.balance_transaction.list`: of a payout or of a span, page by page, and only what adds up.

use canonical::{BalanceTransaction, Totals};
use flow::Class;
use serde_json::{Value, json};

use crate::account::Account;

const LIST: &str = "stripe.balance_transaction.list";

async fn page(account: &Account, input: Value) -> (Vec<BalanceTransaction>, Value) {
    let output = account.ask(LIST, input).await.unwrap();
    (serde_json::from_value(output["transactions"].clone()).unwrap(), output["next"].clone())
}

fn row(account: &Account, created: i64, kind: &str) -> String {
    let row = json!({ "move": "row", "type": kind, "amount": -100, "currency": "usd", "created": created, "description": "Radar" });
    account.play(&row)["id"].as_str().unwrap().to_owned()
}

fn ids(rows: &[BalanceTransaction]) -> Vec<&str> {
    rows.iter().map(|row| row.id.as_str()).collect()
}

#[tokio::test]
async fn the_movements_of_a_payout_make_it_page_by_page() {
    let account = Account::open().await;
    for amount in [10_800, 2000, 3000] {
        let charge = account.paid(amount);
        account.play(&json!({ "move": "refund", "charge": charge["id"], "amount": 100 }));
    }
    let made = account.play(&json!({ "move": "payout", "shown_before": 2 }));
    let (before, _) = page(&account, json!({ "payout": made["id"] })).await;
    assert_eq!(before.len(), 2, "short, without a word, until it is reconciled");
    account.play(&json!({ "move": "payout_reconciles", "id": made["id"] }));
    account.asked();
    let (mut rows, mut after) = (Vec::new(), Value::Null);
    loop {
        let input = json!({ "payout": made["id"], "limit": 3, "after": after });
        let (found, next) = page(&account, input).await;
        rows.extend(found);
        after = next;
        if after.is_null() {
            break;
        }
    }
    let asked = account.asked();
    assert_eq!(asked.len(), 3, "{asked:?}");
    let payout = made["id"].as_str().unwrap();
    assert_eq!(asked[0], format!("/v1/balance_transactions?limit=3&payout={payout}"));
    assert_eq!(
        asked[1],
        format!("/v1/balance_transactions?limit=3&payout={payout}&starting_after={}", rows[2].id)
    );
    assert_eq!(rows.len(), 7);
    let (own, lines): (Vec<_>, Vec<_>) =
        rows.iter().partition(|row| row.source.as_ref().is_some_and(|source| source.as_str() == payout));
    let mut sums = Totals::default();
    lines.iter().for_each(|row| sums.add(row.net).unwrap());
    assert_eq!(own.len(), 1);
    assert_eq!(sums.get(own[0].currency()), own[0].net.negated().unwrap());
    assert_eq!(Some(own[0].net.minor()), made["amount"].as_i64().map(|amount| -amount));
}

#[tokio::test]
async fn a_span_holds_what_was_made_in_it_to_the_second() {
    let account = Account::open().await;
    let rows = [999, 1000, 1001, 1002].map(|created| row(&account, created, "stripe_fee"));
    for (from, to, first, last) in [
        // 1000 is 00:16:40.
        (json!("1970-01-01T00:16:40Z"), json!("1970-01-01T00:16:42Z"), 1, 2),
        (json!("1970-01-01T00:16:40.5Z"), json!("1970-01-01T00:16:42.000001Z"), 2, 3),
        (Value::Null, json!("1970-01-01T00:16:41Z"), 0, 1),
        (json!("1970-01-01T01:16:40+01:00"), Value::Null, 1, 3),
    ] {
        let (found, next) = page(&account, json!({ "created_from": from, "created_to": to })).await;
        let mut expected: Vec<&str> = rows[first..=last].iter().map(String::as_str).collect();
        expected.reverse();
        assert_eq!((ids(&found), next), (expected, Value::Null), "{from} to {to}");
    }
    let asked = account.asked();
    assert_eq!(asked[0], "/v1/balance_transactions?limit=100&created%5Bgte%5D=1000&created%5Blt%5D=1002");
    let (none, next) = page(&account, json!({ "created_to": "1970-01-01T00:00:01Z" })).await;
    assert!(none.is_empty() && next.is_null());
}

#[tokio::test]
async fn what_stripe_invents_is_kept_and_what_does_not_add_up_is_named() {
    let account = Account::open().await;
    row(&account, 1, "brand_new_thing");
    let (found, _) = page(&account, json!({})).await;
    let new = &found[0];
    assert_eq!((new.kind.as_str(), new.reporting_category.as_str()), ("brand_new_thing", "brand_new_thing"));
    assert_eq!((&new.source, new.description.as_deref()), (&None, Some("Radar")));
    account.put(
        &json!({ "id": "txn_off", "object": "balance_transaction", "amount": 500, "fee": 30, "net": 500 }),
    );
    let fault = account.ask(LIST, json!({})).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "net_differs"));
    for word in ["txn_off", "5.00 USD", "0.30 USD"] {
        assert!(fault.message.contains(word), "{}", fault.message);
    }
}

#[tokio::test]
async fn what_stripe_does_not_list_it_refuses() {
    let account = Account::open().await;
    account.paid(10_000);
    let manual = account.play(&json!({ "move": "payout", "automatic": false, "amount": 1000 }));
    for input in [
        json!({ "payout": manual["id"] }),
        json!({ "payout": "po_unknown" }),
        json!({ "after": "txn_unknown" }),
        json!({ "limit": 101 }),
        json!({ "limit": 0 }),
    ] {
        let fault = account.ask(LIST, input.clone()).await.unwrap_err();
        assert_eq!((fault.class, fault.status), (Class::Validation, Some(400)), "{input}: {}", fault.message);
    }
    for input in [json!({ "payout": "ch_1" }), json!({ "created_from": 1000 }), json!({ "before": "txn_1" })]
    {
        let fault = account.ask(LIST, input.clone()).await.unwrap_err();
        assert_eq!(fault.code, "invalid_input", "{input}");
    }
}
