//! Movements, payouts and journals: what cannot be had, and JSON there and back.

use canonical::{
    BalanceTransaction, Category, DisputeId, Error, Journal, JournalHead, JournalLine, Money, Payout,
    PayoutId, PayoutStatus, RefundId, SourceId, SourceKind, TransactionType,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn money(minor: i64, currency: &str) -> Money {
    Money::new(minor, currency.parse().unwrap())
}

fn row(amount: i64, fee: i64, net: i64) -> Value {
    let money = |minor: i64| json!({ "minor": minor.to_string(), "currency": "USD" });
    json!({
        "id": "txn_1", "amount": money(amount), "fee": money(fee), "net": money(net), "source": "ch_1",
        "type": "charge", "reporting_category": "charge",
        "created": "2026-03-01T10:00:00Z", "available_on": "2026-03-04T00:00:00Z"
    })
}

fn head(key: &str) -> JournalHead {
    JournalHead {
        key: key.parse().unwrap(),
        date: "2026-03-01".parse().unwrap(),
        memo: "day".into(),
        reverses: None,
        true_date: None,
    }
}

fn line(amount: Money, base: Money) -> JournalLine {
    JournalLine::new("1200".parse().unwrap(), amount, base)
}

fn journal(lines: &[(Money, Money)]) -> Result<Journal, Error> {
    Journal::new(
        head("tb:acct_1:bt:txn_1"),
        lines.iter().map(|(amount, base)| line(*amount, *base)).collect(),
    )
}

#[test]
fn a_movement_whose_net_differs_is_refused() {
    assert!(serde_json::from_value::<BalanceTransaction>(row(100, 3, 97)).is_ok());
    let error = serde_json::from_value::<BalanceTransaction>(row(100, 3, 98)).unwrap_err().to_string();
    assert!(error.contains("txn_1") && error.contains("0.98 USD"), "{error}");
    let mut two = row(100, 3, 97);
    two["fee"]["currency"] = json!("EUR");
    assert!(serde_json::from_value::<BalanceTransaction>(two).is_err());
}

#[test]
fn words_that_nobody_knows_yet_are_kept() {
    let mut new = row(1, 0, 1);
    new["reporting_category"] = json!("moon_tax");
    new["type"] = json!("moonshine");
    let read: BalanceTransaction = serde_json::from_value(new.clone()).unwrap();
    assert_eq!(read.reporting_category, Category::Other("moon_tax".into()));
    assert_eq!(read.kind, TransactionType::Other("moonshine".into()));
    let back = serde_json::to_value(&read).unwrap();
    assert_eq!((&back["reporting_category"], &back["type"]), (&new["reporting_category"], &new["type"]));
    assert_eq!(serde_json::from_value::<BalanceTransaction>(back).unwrap(), read);
}

#[test]
fn ids_are_known_by_their_prefix() {
    for (text, kind) in [
        ("ch_1", SourceKind::Charge),
        ("py_1", SourceKind::Charge),
        ("pyr_1", SourceKind::Refund),
        ("du_1", SourceKind::Dispute),
        ("po_1", SourceKind::Payout),
        ("trr_1", SourceKind::Transfer),
        ("fr_1", SourceKind::ApplicationFee),
        ("tu_1", SourceKind::Topup),
        ("fee1", SourceKind::Other),
        ("xyz_1", SourceKind::Other),
    ] {
        assert_eq!(text.parse::<SourceId>().unwrap().kind(), kind, "{text}");
    }
    assert!("pyr_1".parse::<RefundId>().is_ok() && "ch_1".parse::<RefundId>().is_err());
    assert!("dp_1".parse::<DisputeId>().is_ok() && "po_1".parse::<DisputeId>().is_err());
    assert!("po_1".parse::<PayoutId>().is_ok() && "po _1".parse::<PayoutId>().is_err());
}

#[test]
fn a_payout_goes_forward_and_says_whether_its_list_is_whole() {
    let mut payout = json!({
        "id": "po_1", "amount": { "minor": "5057", "currency": "USD" }, "status": "paid", "automatic": true,
        "method": "standard", "arrival_date": "2026-03-06"
    });
    let read = |value: &Value| serde_json::from_value::<Payout>(value.clone()).unwrap();
    assert!(read(&payout).is_list_complete());
    for (status, complete) in [("in_progress", false), ("completed", true), ("not_applicable", false)] {
        payout["reconciliation_status"] = json!(status);
        assert_eq!(read(&payout).is_list_complete(), complete, "{status}");
    }
    assert!(PayoutStatus::Pending.rank() < PayoutStatus::InTransit.rank());
    assert!(PayoutStatus::Paid.rank() < PayoutStatus::Failed.rank());
}

#[test]
fn what_does_not_balance_is_no_journal() {
    let (usd, eur) = (money(5, "USD"), money(4, "EUR"));
    let minus = |money: Money| money.negated().unwrap();
    assert!(journal(&[]).is_err());
    assert!(journal(&[(money(0, "USD"), money(0, "USD"))]).is_err());
    assert!(journal(&[(usd, usd), (minus(usd), minus(usd))]).is_ok());
    assert!(journal(&[(usd, usd), (usd, usd)]).is_err());
    // Another currency balances by its base only.
    assert!(journal(&[(eur, usd), (minus(usd), minus(usd))]).is_ok());
    // In one currency the amounts have to balance as well.
    assert!(journal(&[(eur, usd), (money(-3, "EUR"), minus(usd))]).is_err());
    // A base is its amount's: the same in the same currency, on the same side, and nothing of nothing.
    assert!(journal(&[(money(4, "USD"), usd), (money(-4, "USD"), minus(usd))]).is_err());
    assert!(journal(&[(minus(eur), usd), (eur, minus(usd))]).is_err());
    assert!(journal(&[(money(0, "EUR"), usd), (minus(usd), minus(usd))]).is_err());
    // Two companies.
    assert!(journal(&[(usd, usd), (minus(eur), minus(eur))]).is_err());
}

#[test]
fn an_unbalanced_journal_cannot_be_read_either() {
    let sound = journal(&[(money(5, "USD"), money(5, "USD")), (money(-5, "USD"), money(-5, "USD"))]).unwrap();
    let mut text = serde_json::to_value(&sound).unwrap();
    assert_eq!(serde_json::from_value::<Journal>(text.clone()).unwrap(), sound);
    text["lines"][0]["base"]["minor"] = json!("6");
    text["lines"][0]["amount"]["minor"] = json!("6");
    assert!(serde_json::from_value::<Journal>(text).is_err());
}

proptest! {
    #[test]
    fn a_journal_and_its_reversal_make_nothing(amounts in prop::collection::vec(-10_000_i64..10_000, 1..20)) {
        let mut lines: Vec<_> = amounts.iter().map(|minor| (money(*minor, "USD"), money(*minor, "USD"))).collect();
        let rest = money(-amounts.iter().sum::<i64>(), "USD");
        lines.push((rest, rest));
        let journal = journal(&lines).unwrap();
        let back = journal.reversed("tb:acct_1:bt:txn_1:r1".parse().unwrap(), journal.date()).unwrap();
        for (line, other) in journal.lines().iter().zip(back.lines()) {
            prop_assert_eq!(line.base.checked_add(other.base).unwrap().minor(), 0);
        }
        prop_assert_eq!(&back.head().reverses, &Some(journal.key().clone()));
        let text = serde_json::to_string(&back).unwrap();
        prop_assert_eq!(serde_json::from_str::<Journal>(&text).unwrap(), back);
    }
}
