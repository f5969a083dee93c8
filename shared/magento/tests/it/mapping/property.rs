//! Random orders of every shape: they tie out, or are refused with a named code; nothing panics.

use std::path::Path;

use canonical::{Currency, Order};
use proptest::prelude::*;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::draft::{Draft, draft};
use super::{Reader, assert_ties_out};

/// Codes that an order may be refused with.
const CODES: &[&str] = &[
    "malformed_answer",
    "malformed_line",
    "malformed_order",
    "malformed_order_number",
    "malformed_tax",
    "malformed_time",
    "order_without_lines",
    "unknown_currency",
    "unknown_state",
];

fn rounded(amount: Decimal, currency: Currency) -> Decimal {
    amount.round_dp_with_strategy(currency.digits(), RoundingStrategy::MidpointAwayFromZero)
}

/// Each amount is its exact one, rounded up or down.
fn assert_near(draft: &Draft, order: &Order) {
    let unit = Decimal::new(1, order.currency.digits());
    let near = |what: &str, money: canonical::Money, exact: Decimal| {
        let off = (money.to_decimal() - exact).abs();
        assert!(off < unit + Decimal::new(1, 9), "{what} is {money}, exact {exact}: {draft:#?}");
    };
    assert_eq!(order.grand_total.to_decimal(), rounded(draft.grand_total(), order.currency));
    let booked: Vec<_> = order.lines.iter().filter(|line| line.booked).collect();
    let rows = draft.rows();
    let expected: Vec<_> = rows.iter().filter(|row| row.booked).collect();
    assert_eq!(
        booked.iter().map(|line| line.id).collect::<Vec<_>>(),
        expected.iter().map(|row| row.id).collect::<Vec<_>>()
    );
    for (line, row) in booked.iter().zip(expected) {
        near("net", line.net, row.net());
        let price = row.gross().max(line.net.to_decimal()) / row.quantity;
        let price =
            price.round_dp_with_strategy(order.currency.digits(), RoundingStrategy::ToPositiveInfinity);
        assert_eq!(line.unit_price.to_decimal(), price, "{draft:#?}");
        let tax = line.taxes.iter().map(|tax| tax.amount.to_decimal()).sum::<Decimal>();
        assert!((tax - row.tax).abs() < unit + Decimal::new(1, 9), "tax is {tax}, exact {}", row.tax);
    }
    let shipped = order.lines.iter().filter(|line| line.shipped).map(|line| (line.id, line.quantity.get()));
    let expected = rows.iter().filter(|row| row.shipped).map(|row| (row.id, row.quantity.normalize()));
    assert_eq!(shipped.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    near("shipping", order.shipping_charge.net, draft.shipping_net());
    near("other", order.other, draft.other());
}

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

#[test]
fn random_orders_tie_out() {
    let runtime = Runtime::new().unwrap();
    let reader = runtime.block_on(Reader::new());
    proptest!(config(), |(draft in draft())| {
        let text = draft.text();
        let order = runtime.block_on(reader.read(&text)).unwrap_or_else(|fault| panic!("{fault:?}: {text}"));
        assert_ties_out("random", &order);
        assert_near(&draft, &order);
    });
}

/// What a field may be instead.
fn oddity() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!(true)),
        Just(json!("")),
        Just(json!("x")),
        Just(json!("0.0000")),
        Just(json!([])),
        Just(json!({})),
        Just(json!([null])),
        Just(json!("USD")),
        Just(json!(1e300)),
        Just(json!(1e-300)),
        Just(json!(0.000_000_000_000_000_000_000_000_1)),
        Just(json!("79228162514264337593543950335")),
        Just(json!(99_999_999_999_999_u64)),
        any::<i64>().prop_map(|number| json!(number)),
        (-1000_i64..1000).prop_map(|number| json!(number)),
        (0_i64..100_000_000).prop_map(|number| json!(Decimal::new(number, 4).to_string())),
        "\\PC{0,80}".prop_map(|text| json!(text)),
    ]
}

fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| pointers(value, &format!("{at}/{name}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, value)| pointers(value, &format!("{at}/{n}"), found));
        }
        _ => {}
    }
}

#[test]
fn spoilt_orders_tie_out_or_are_refused_by_name() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/orders"));
    let orders: Vec<Value> = std::fs::read_dir(folder)
        .unwrap()
        .map(|case| std::fs::read_to_string(case.unwrap().path().join("order.json")).unwrap())
        .map(|text| serde_json::from_str(&text).unwrap())
        .collect();
    let runtime = Runtime::new().unwrap();
    let reader = runtime.block_on(Reader::new());
    let spoilt = proptest::collection::vec((any::<prop::sample::Index>(), oddity()), 1..4);
    let cases = config().cases.max(1000);
    proptest!(ProptestConfig { cases, ..config() }, |(which in any::<prop::sample::Index>(), spoilt in spoilt)| {
        let mut json = which.get(&orders).clone();
        for (place, value) in spoilt {
            let mut places = Vec::new();
            pointers(&json, "", &mut places);
            let place: &String = place.get(&places);
            *json.pointer_mut(place).unwrap() = value;
        }
        match runtime.block_on(reader.read(&json.to_string())) {
            Ok(order) => assert_ties_out("spoilt", &order),
            Err(fault) => prop_assert!(CODES.contains(&fault.code.as_str()), "{fault:?}: {json}"),
        }
    });
}
