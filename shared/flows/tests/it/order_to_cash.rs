//! Whatever an order looks like, the documents made of it add up.

use canonical::{Currency, Fulfilment, Money, NaturalKey, Order, PaymentEntry, SalesInvoice, SalesOrder};
use flow::expression::Scope;
use flow::plan::{Plan, StepKind};
use proptest::prelude::{ProptestConfig, Strategy, any, prop, prop_assert, prop_assert_eq, proptest};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::golden::connection;
use crate::systems::specs;

#[derive(Clone, Debug)]
struct Row {
    unit: i64,
    quantity: i64,
    discount: i64,
    taxes: Vec<i64>,
    booked: bool,
    shipped: bool,
    /// How many are with the customer already.
    gone: i64,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (
        0..1_000_000_i64,
        1..20_i64,
        0..100_i64,
        prop::collection::vec(0..9_999_i64, 0..3),
        any::<(bool, bool)>(),
        0..20_i64,
    );
    let row = row.prop_map(|(unit, quantity, percent, taxes, (booked, shipped), gone)| Row {
        unit,
        quantity,
        discount: unit * quantity * percent / 100,
        taxes,
        booked,
        shipped,
        gone,
    });
    prop::collection::vec(row, 0..6)
}

fn order(rows: &[Row], code: &str, shipping: i64, other: i64) -> Value {
    let money = |minor: i64| json!({ "minor": minor.to_string(), "currency": code });
    let taxes =
        |of: &[i64]| of.iter().map(|tax| json!({ "code": "tax", "amount": money(*tax) })).collect::<Vec<_>>();
    let lines = rows.iter().zip(1..).map(|(row, id)| {
        json!({
            "id": id, "sku": format!("SKU {id}"), "name": "Thing", "quantity": row.quantity.to_string(),
            "unit_price": money(row.unit), "discount": money(row.discount),
            "net": money(row.unit * row.quantity - row.discount), "taxes": taxes(&row.taxes),
            "booked": row.booked, "shipped": row.shipped,
            "to_ship": if row.shipped { row.quantity - row.gone.min(row.quantity) } else { 0 }.to_string(),
        })
    });
    let booked = rows.iter().filter(|row| row.booked);
    let total: i64 =
        booked.map(|row| row.unit * row.quantity - row.discount + row.taxes.iter().sum::<i64>()).sum::<i64>();
    let address = json!({ "name": "A B", "street": ["1 Road"], "city": "C", "country": "US" });
    json!({
        "id": 42, "number": "000000042", "store": 1, "state": "processing", "status": "processing",
        "placed_at": "2026-03-01T23:30:00Z", "currency": code, "base_currency": "USD", "base_to_order_rate": "1",
        "customer": { "name": "A B", "email": "a@example.com" }, "billing": address, "shipping": address,
        "shipping_method": "flatrate_flatrate", "lines": lines.collect::<Vec<_>>(),
        "shipping_charge": { "net": money(shipping), "taxes": taxes(&[shipping / 5]) }, "other": money(other),
        "grand_total": money(total + shipping + shipping / 5 + other), "total_paid": money(0), "total_due": money(0),
        "total_refunded": money(0), "payment_method": "stripe_payments", "needs_shipping": true,
    })
}

/// What the payment became at Stripe's balance, in cents.
const SETTLED: i64 = 12_345;

fn document<T: DeserializeOwned>(plan: &Plan, step: &str, order: &Value) -> T {
    let mut scope = Scope::new(Value::Null, connection([].into()));
    scope.set(&"order".parse().unwrap(), order.clone());
    scope.set(&"paid".parse().unwrap(), json!({ "state": "processing", "status": "processing" }));
    let amount = order["grand_total"].clone();
    let payment = json!({
        "charge": "ch_1", "method": "card", "amount": amount, "amount_captured": amount, "created": "2026-03-02T09:14:05Z"
    });
    scope.set(&"payment".parse().unwrap(), payment);
    let moved = json!({ "id": "txn_1", "amount": { "minor": SETTLED.to_string(), "currency": "USD" }, "created": "2026-03-02T23:30:00Z" });
    scope.set(&"settled".parse().unwrap(), json!({ "transaction": moved }));
    scope.set(&"paid_at".parse().unwrap(), json!("2026-03-02T09:14:05Z"));
    let StepKind::Use(step) = &plan.step(&step.parse().unwrap()).unwrap().kind else {
        panic!("not an action")
    };
    let input = step.with.evaluate(&scope).unwrap_or_else(|error| panic!("{error}"));
    serde_json::from_value(input["document"].clone()).unwrap_or_else(|error| panic!("{error}\n{input:#}"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn documents_add_up(
        rows in rows(),
        code in prop::sample::select(vec!["USD", "EUR", "JPY", "KWD"]),
        shipping in 0..10_000_i64,
        other in -5_000..5_000_i64,
    ) {
        let plan = flows::load("order-to-cash", &specs()).unwrap();
        let order = order(&rows, code, shipping, other);
        let typed: Order = serde_json::from_value(order.clone()).unwrap();
        prop_assert!(typed.check().is_ok());

        let sales_order: SalesOrder = document(&plan, "sales_order", &order);
        prop_assert_eq!(sales_order.check(), Ok(()));
        prop_assert_eq!(sales_order.total, typed.grand_total);
        prop_assert_eq!(sales_order.lines.len(), rows.iter().filter(|row| row.booked).count());
        prop_assert_eq!(sales_order.exchange_rate.is_some(), code != "USD");

        let fulfilment: Fulfilment = document(&plan, "fulfilment", &order);
        let left = rows.iter().filter(|row| row.shipped && row.gone < row.quantity);
        let left: Vec<i64> = left.map(|row| row.quantity - row.gone).collect();
        let sent: Vec<String> = fulfilment.lines.iter().map(|line| line.quantity.to_string()).collect();
        prop_assert_eq!(sent, left.iter().map(i64::to_string).collect::<Vec<_>>());

        let invoice: SalesInvoice = document(&plan, "invoice", &order);
        let currency: Currency = code.parse().unwrap();
        prop_assert_eq!(invoice.total, Money::new(typed.grand_total.minor(), currency));
        let key: NaturalKey = sales_order.key;
        prop_assert_eq!(invoice.order_key, key);
        let billed: Vec<_> = invoice.lines.iter().map(|line| (&line.line_id, line.quantity)).collect();
        let ordered: Vec<_> = sales_order.lines.iter().map(|line| (&line.line_id, line.quantity)).collect();
        prop_assert_eq!(billed, ordered);

        let receipt: PaymentEntry = document(&plan, "receipt", &order);
        prop_assert_eq!(receipt.amount, typed.grand_total);
        let matched: Vec<_> = receipt.allocations.iter().map(|one| (&one.document, one.amount)).collect();
        prop_assert_eq!(matched, [(&invoice.key, invoice.total)]);
        prop_assert_eq!(&receipt.customer_key, &sales_order.customer_key);
        prop_assert_eq!(receipt.exchange_rate, sales_order.exchange_rate);
        prop_assert_eq!(receipt.settled, Money::new(SETTLED, "USD".parse().unwrap()));
        // The company's day, which is Berlin's.
        prop_assert_eq!(receipt.date.to_string(), "2026-03-03");
        prop_assert_eq!(receipt.account.as_str(), "1050");
    }
}
