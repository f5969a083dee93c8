//! What holds of any movements: journals balance, clearing moves by the net, order and pages do not matter, reversing undoes.

use std::collections::BTreeMap;

use books::day::{self, Grouping};
use books::keys::Batch;
use books::{Context, DayBook, DisputeState, Entry, Held, Ledger, Receivable, Role, keys};
use canonical::{BalanceTransaction, BalanceTransactionRow, BalanceType, FeeDetail, Journal, Money};
use proptest::prelude::*;

use crate::given::{CURRENCIES, currency, date, ledger, money};

const CATEGORIES: [&str; 26] = [
    "charge",
    "charge",
    "charge",
    "charge_failure",
    "partial_capture_reversal",
    "refund",
    "refund",
    "refund_failure",
    "dispute",
    "dispute_reversal",
    "dispute_reversal",
    "fee",
    "network_cost",
    "tax",
    "payout",
    "payout_reversal",
    "transfer",
    "platform_earning",
    "connect_reserved_funds",
    "risk_reserved_funds",
    "topup",
    "advance",
    "contribution",
    "unreconciled_customer_funds",
    "other_adjustment",
    "moon_tax",
];

fn company() -> Ledger {
    let rates = [("EUR", "1.0837"), ("GBP", "1.2611"), ("JPY", "0.00661"), ("KWD", "3.2519")];
    ledger("USD", "UTC", &rates.map(|(code, rate)| (code, "2026-03-01", rate)))
}

fn amount(of: &str, minor: i64) -> Money {
    Money::new(minor, currency(of))
}

fn receivable() -> impl Strategy<Value = Option<Receivable>> {
    let some = (0..CURRENCIES.len(), 1_i64..1_000_000, 1_i64..1_000_000).prop_map(|(of, own, base)| {
        let own = amount(CURRENCIES[of], own);
        let base = if CURRENCIES[of] == "USD" { own } else { amount("USD", base) };
        Receivable { amount: own, base }
    });
    prop::option::weighted(0.8, some)
}

fn held(of: &'static str) -> impl Strategy<Value = Option<Held>> {
    let some = (1_i64..1_000_000, 1_i64..1_000_000, prop::option::of("0\\.[1-9][0-9]{5}")).prop_map(
        move |(own, base, rate)| {
            let own = amount(of, own);
            let base = if of == "USD" { own } else { amount("USD", base) };
            Held { amount: own, base, exchange_rate: rate.map(|rate| rate.try_into().unwrap()) }
        },
    );
    prop::option::of(some)
}

fn dispute() -> impl Strategy<Value = Option<DisputeState>> {
    prop::option::of(prop::sample::select(vec![DisputeState::Open, DisputeState::Won, DisputeState::Lost]))
}

/// Any movement on 1 March 2026: any category, sign, fee and currency, and anything known of it or not.
fn entry() -> impl Strategy<Value = Entry> {
    (0..CURRENCIES.len()).prop_flat_map(|of| {
        let of = CURRENCIES[of];
        let row = (
            prop::sample::select(&CATEGORIES[..]),
            -1_000_000_i64..1_000_000,
            prop_oneof![Just(0), -5_000_i64..50_000],
            prop::collection::vec(
                (prop::sample::select(vec!["tax", "stripe_fee", "withheld_tax", "new"]), -100_i64..900),
                0..3,
            ),
            0_i64..86_400,
            prop::option::of("0\\.[1-9][0-9]{5}"),
        );
        let known = (receivable(), held(of), dispute(), prop::option::of(0_u8..9));
        (row, known).prop_map(move |(row, (receivable, held, dispute, order))| {
            let transaction = transaction(of, row);
            let party = order.map(|order| format!("tb:acct_1:customer:{}", order % 3).parse().unwrap());
            let order = order.map(|order| format!("00000{order}").parse().unwrap());
            let context = Context { order, party, receivable, dispute, held, ..Context::default() };
            Entry { transaction, context }
        })
    })
}

fn transaction(
    of: &str,
    (category, gross, fee, parts, second, rate): (&str, i64, i64, Vec<(&str, i64)>, i64, Option<String>),
) -> BalanceTransaction {
    let created =
        "2026-03-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap() + jiff::SignedDuration::from_secs(second);
    let parts = parts
        .into_iter()
        .map(|(kind, part)| FeeDetail { kind: kind.to_owned().into(), amount: amount(of, part) });
    BalanceTransaction::new(BalanceTransactionRow {
        id: "txn_0".parse().unwrap(),
        amount: amount(of, gross),
        fee: amount(of, fee),
        net: amount(of, gross - fee),
        fee_details: parts.collect(),
        source: None,
        kind: category.to_owned().into(),
        reporting_category: category.to_owned().into(),
        description: None,
        created,
        available_on: created,
        balance_type: BalanceType::Payments,
        exchange_rate: rate.map(|rate| rate.try_into().unwrap()),
    })
    .unwrap()
}

/// Movements with ids of their own.
fn entries() -> impl Strategy<Value = Vec<Entry>> {
    prop::collection::vec(entry(), 0..40).prop_map(|mut entries| {
        for (at, entry) in entries.iter_mut().enumerate() {
            let mut row = BalanceTransactionRow::from(entry.transaction.clone());
            row.id = format!("txn_{at}").parse().unwrap();
            entry.transaction = BalanceTransaction::new(row).unwrap();
        }
        entries
    })
}

fn post(ledger: &Ledger, grouping: Grouping, entries: &[Entry]) -> Vec<Journal> {
    day::journals(ledger, date("2026-03-01"), 1, grouping, entries).unwrap().journals
}

/// Σ amount and Σ base of each account and currency.
fn balances<'a>(journals: impl IntoIterator<Item = &'a Journal>) -> BTreeMap<(String, String), (i64, i64)> {
    let mut sums = BTreeMap::new();
    for line in journals.into_iter().flat_map(Journal::lines) {
        let at = (line.account.to_string(), line.amount.currency().to_string());
        let sum: &mut (i64, i64) = sums.entry(at).or_default();
        *sum = (sum.0 + line.amount.minor(), sum.1 + line.base.minor());
    }
    sums
}

proptest! {
    #[test]
    fn any_movements_make_journals_that_balance(entries in entries()) {
        let ledger = company();
        for grouping in [Grouping::Day, Grouping::PerTransaction] {
            for journal in post(&ledger, grouping, &entries) {
                let base: i64 = journal.lines().iter().map(|line| line.base.minor()).sum();
                prop_assert_eq!(base, 0);
            }
        }
    }

    /// A movement of no order stays in its currency, or differences of two rates could cancel where sums do not.
    #[test]
    fn a_currency_balances_by_itself(entry in entry()) {
        let entry = Entry { context: Context { receivable: None, ..entry.context }, ..entry };
        let currency = entry.transaction.currency();
        let posting = books::rules::post(&company(), &entry).unwrap();
        let own = posting.lines.iter().filter(|line| line.amount.currency() == currency);
        prop_assert_eq!(own.map(|line| line.amount.minor()).sum::<i64>(), 0);
    }

    #[test]
    fn clearing_moves_by_the_net(entries in entries()) {
        let ledger = company();
        let sums = balances(&post(&ledger, Grouping::Day, &entries));
        for code in CURRENCIES {
            let of = |entry: &&Entry| entry.transaction.currency() == currency(code);
            let net: i64 = entries.iter().filter(of).map(|entry| entry.transaction.net.minor()).sum();
            let at = (Role::StripeClearing(currency(code)).to_string(), code.to_owned());
            prop_assert_eq!(sums.get(&at).map_or(0, |sum| sum.0), net);
        }
    }

    #[test]
    fn the_order_does_not_matter(entries in entries(), by in any::<prop::sample::Index>()) {
        let ledger = company();
        let mut turned = entries.clone();
        if !turned.is_empty() {
            let at = by.index(turned.len());
            turned.rotate_left(at);
            turned.swap(0, at);
        }
        for grouping in [Grouping::Day, Grouping::PerTransaction] {
            let text = |entries: &[Entry]| serde_json::to_string(&post(&ledger, grouping, entries)).unwrap();
            prop_assert_eq!(text(&entries), text(&turned));
        }
    }

    #[test]
    fn pages_make_what_all_at_once_makes(entries in entries(), page in 1_usize..7) {
        let ledger = company();
        for grouping in [Grouping::Day, Grouping::PerTransaction] {
            let mut book = DayBook::new(grouping);
            for page in entries.chunks(page) {
                let stored = serde_json::to_string(&book).unwrap();
                book = serde_json::from_str(&stored).unwrap();
                for entry in page {
                    book.add(&ledger, entry).unwrap();
                }
            }
            prop_assert_eq!(book.finish(&ledger, &Batch::Day { part: 1 }).unwrap().journals, post(&ledger, grouping, &entries));
        }
    }

    #[test]
    fn a_day_is_the_sum_of_its_movements(entries in entries()) {
        let ledger = company();
        let day = balances(&post(&ledger, Grouping::Day, &entries));
        prop_assert_eq!(day, balances(&post(&ledger, Grouping::PerTransaction, &entries)));
    }

    #[test]
    fn posting_and_reversing_makes_nothing(entries in entries()) {
        let mut journals = post(&company(), Grouping::Day, &entries);
        let back: Vec<Journal> = journals
            .iter()
            .map(|journal| journal.reversed(keys::correction(journal.key(), 1).unwrap(), journal.date()).unwrap())
            .collect();
        journals.extend(back);
        prop_assert!(balances(&journals).values().all(|sum| *sum == (0, 0)));
    }
}

#[test]
fn nothing_makes_no_journal() {
    assert_eq!(post(&company(), Grouping::Day, &[]), []);
    assert_eq!(money("0.00 USD").minor(), 0);
}
