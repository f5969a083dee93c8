//! What must add up: seeded faults are found, with day, account, both figures and the movements, and nothing else is.

use books::audit::{self, Check};
use books::{Raised, Reason, Role};
use canonical::{BalanceTransaction, BalanceTransactionId, JournalLine, Money};

use crate::given::{currency, date, money, movement};

fn listed() -> Vec<BalanceTransaction> {
    [("txn_1", "charge", "100.00 USD"), ("txn_2", "refund", "-40.00 USD"), ("txn_3", "fee", "-2.00 USD")]
        .map(|(id, category, amount)| movement(id, category, amount).transaction)
        .into()
}

fn posted() -> Vec<(BalanceTransactionId, Money)> {
    listed().iter().map(|row| (row.id.clone(), row.net)).collect()
}

fn found(posted: &[(BalanceTransactionId, Money)]) -> Vec<String> {
    let rows = posted.iter().map(|(id, amount)| (id, *amount));
    let differences = audit::posted(date("2026-03-01"), &listed(), rows).unwrap();
    let shown =
        |d: &audit::Difference| format!("{} {} {} {}", d.account, d.transactions[0], d.ours, d.theirs);
    differences.iter().map(shown).collect()
}

#[test]
fn every_movement_is_posted_once_and_in_full() {
    assert_eq!(found(&posted()), [""; 0]);
    let mut lost = posted();
    lost.remove(1);
    assert_eq!(found(&lost), ["stripe_clearing.USD txn_2 0.00 USD -40.00 USD"]);
    let mut doubled = posted();
    doubled.push(doubled[2].clone());
    assert_eq!(found(&doubled), ["stripe_clearing.USD txn_3 -4.00 USD -2.00 USD"]);
    let mut shifted = posted();
    shifted[0].1 = money("100.01 USD");
    assert_eq!(found(&shifted), ["stripe_clearing.USD txn_1 100.01 USD 100.00 USD"]);
    let mut invented = posted();
    invented.push(("txn_9".parse().unwrap(), money("1.00 USD")));
    assert_eq!(found(&invented), ["stripe_clearing.USD txn_9 1.00 USD 0.00 USD"]);
    assert_eq!(found(&[]).len(), 3, "a missing day");
}

#[test]
fn clearing_is_stripes_balance_at_the_days_end() {
    let day = date("2026-03-01");
    let mut later = vec![movement("txn_8", "charge", "7.00 USD").transaction];
    later.push(movement("txn_9", "charge", "9.00 EUR").transaction);
    let check = |ours: &str, found: &[audit::Difference]| {
        audit::clearing(day, money(ours), money("65.00 USD"), &later, found).unwrap()
    };
    assert_eq!(check("58.00 USD", &[]), None);
    let one = audit::posted(day, &listed(), posted()[1..].iter().map(|(id, amount)| (id, *amount))).unwrap();
    let difference = check("-42.00 USD", &one).unwrap();
    assert_eq!((difference.check, difference.day), (Check::Clearing, day));
    assert_eq!(difference.account, Role::StripeClearing(currency("USD")));
    assert_eq!((difference.ours, difference.theirs), (money("-42.00 USD"), money("58.00 USD")));
    assert_eq!(difference.transactions, ["txn_1".parse().unwrap()]);
}

#[test]
fn what_waits_is_made_of_what_is_known() {
    let day = date("2026-03-01");
    let item = |id: &str, amount: &str| (id.parse().unwrap(), money(amount));
    let open = [item("txn_1", "50.00 USD"), item("txn_2", "20.00 USD")];
    assert_eq!(audit::in_transit(day, money("70.00 USD"), &open).unwrap(), None);
    let late = audit::in_transit(day, money("20.00 USD"), &open).unwrap().unwrap();
    assert_eq!((late.check, late.transactions), (Check::InTransit, vec!["txn_1".parse().unwrap()]));
    let lost = audit::disputes(day, money("90.00 USD"), &open).unwrap().unwrap();
    assert_eq!((lost.account, lost.transactions.len()), (Role::DisputesReceivable(currency("USD")), 1));
    let order = "42".parse().unwrap();
    assert_eq!(audit::receivable(day, &order, money("0.00 EUR"), &[]).unwrap(), None);
    let owed = [item("txn_3", "-54.00 EUR")];
    assert_eq!(audit::receivable(day, &order, money("-54.00 EUR"), &owed).unwrap(), None);
    let unexplained = audit::receivable(day, &order, money("5.00 EUR"), &[]).unwrap().unwrap();
    assert_eq!(unexplained.order, Some(order));
}

#[test]
fn suspense_is_what_is_open_for_a_person() {
    let raised = |reason, amount: &str| Raised {
        reason,
        transaction: "txn_1".parse().unwrap(),
        order: None,
        amount: money(amount),
    };
    let all = [
        raised(Reason::UnknownCategory, "-3.00 USD"),
        raised(Reason::NoOrder, "30.00 USD"),
        raised(Reason::RefundToBePaid, "54.00 USD"),
        raised(Reason::UnknownCategory, "8.00 EUR"),
    ];
    assert_eq!(audit::suspense(date("2026-03-01"), money("-27.00 USD"), &all).unwrap(), None);
    let closed = audit::suspense(date("2026-03-01"), money("3.00 USD"), &all).unwrap().unwrap();
    assert_eq!((closed.ours, closed.theirs), (money("3.00 USD"), money("-27.00 USD")));
}

#[test]
fn a_journal_is_checked_again_when_it_is_read_back() {
    let line = |amount: &str, base: &str| JournalLine::new("1".parse().unwrap(), money(amount), money(base));
    let check = |lines: &[JournalLine]| audit::journal(date("2026-03-01"), &Role::Sales, lines).unwrap();
    assert_eq!(check(&[]), None);
    assert_eq!(check(&[line("5.00 EUR", "6.00 USD"), line("-6.00 USD", "-6.00 USD")]), None);
    let off = check(&[line("5.00 EUR", "6.00 USD"), line("-6.00 USD", "-5.99 USD")]).unwrap();
    assert_eq!((off.ours, off.theirs), (money("0.01 USD"), money("0.00 USD")));
    let own = check(&[line("5.00 EUR", "6.00 USD"), line("-4.00 EUR", "-6.00 USD")]).unwrap();
    assert_eq!(own.ours, money("1.00 EUR"));
}
