//! Whatever parts of an order go back, in whatever order: what is credited is what went back, and never more than was paid.

use outbound::Pool;
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::currency::euros;
use super::{PUT, decimal, input, memos, order, paid_with, refund, totals};
use crate::world::Options;

/// An order, what was paid for it, and how far a memo may be from what went back, in minor units.
const ORDERS: [(&str, u64, i64, &str, i64); 6] = [
    ("simple", 41, 9890, "USD", 0),
    ("configurable", 42, 14200, "EUR", 0),
    ("prices-include-tax", 48, 9142, "USD", 0),
    ("discount-before", 47, 8143, "USD", 0),
    ("euros", 54, 9035, "EUR", 3),
    ("jpy", 49, 14971, "JPY", 5),
];

/// Parts of a total, each above a hundredth of it, and in which order they are credited.
fn parts() -> impl Strategy<Value = (usize, Vec<u32>, Vec<u32>, bool)> {
    (0..ORDERS.len(), 1..7_usize, any::<bool>()).prop_flat_map(|(which, count, is_all)| {
        let weights = prop::collection::vec(10..200_u32, count + 1);
        (Just(which), weights, prop::collection::vec(any::<u32>(), count), Just(is_all))
    })
}

async fn check(pool: &Pool, which: usize, weights: &[u32], ranks: &[u32], is_all: bool) {
    let (case, id, paid, currency, slack) = ORDERS[which];
    let wire = if case == "euros" { euros() } else { order(case) };
    let world = paid_with(wire, Options { pool: Some(pool.clone()), ..Options::default() }).await;
    let sum: i64 = weights.iter().map(|weight| i64::from(*weight)).sum();
    let mut amounts: Vec<i64> = weights.iter().map(|weight| paid * i64::from(*weight) / sum).collect();
    let kept = amounts.pop().unwrap();
    if is_all {
        let others: i64 = amounts.iter().sum();
        *amounts.last_mut().unwrap() += paid - others;
    } else {
        assert!(kept > 0);
    }
    let refunds: Vec<Value> =
        amounts.iter().zip(1..).map(|(minor, nth)| refund(&format!("re_{nth}"), *minor, currency)).collect();
    let mut turns: Vec<usize> = (0..refunds.len()).collect();
    turns.sort_by_key(|turn| ranks[*turn]);
    let (mut back, mut credited) = (0, 0);
    for turn in turns {
        let mut all = refunds.clone();
        all.swap(0, turn);
        let output =
            world.run(PUT, input(id, &all)).await.unwrap_or_else(|fault| panic!("{amounts:?}: {fault}"));
        assert_eq!(output["outcome"], "made");
        back += amounts[turn];
        credited += output["memo"]["total"]["minor"].as_str().unwrap().parse::<i64>().unwrap();
        assert!(
            (back - credited).abs() <= slack,
            "{case} {amounts:?}: {back} went back, {credited} credited"
        );
        let order = world.order(id);
        for side in ["", "base_"] {
            let of = |name: &str| decimal(&order[format!("{side}{name}")]);
            let paid = of("total_paid").round_dp(2);
            assert!(of("total_refunded") <= paid, "{case} {amounts:?}: {side}{}", of("total_refunded"));
        }
        // Again, it is there.
        assert_eq!(world.run(PUT, input(id, &all)).await.unwrap()["outcome"], "already_made");
    }
    assert_eq!(memos(&world).len(), refunds.len());
    let exact: Decimal = totals(&world).iter().map(decimal).sum();
    if is_all && slack == 0 {
        assert_eq!(exact, decimal(&world.order(id)["total_paid"]), "{case} {amounts:?}");
    }
    assert_eq!(json!(refunds.len()), json!(totals(&world).len()));
}

#[test]
fn what_is_credited_is_what_went_back() {
    let (runtime, pool) = (Runtime::new().unwrap(), Pool::new().unwrap());
    let config = ProptestConfig { failure_persistence: None, cases: 96, ..ProptestConfig::default() };
    proptest!(config, |((which, weights, ranks, is_all) in parts())| {
        runtime.block_on(check(&pool, which, &weights, &ranks, is_all));
    });
}
