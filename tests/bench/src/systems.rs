//! The four systems as connectors that answer at once: the inputs and outputs of the real actions, read and written as the real
//! ones are, and no client behind them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Result;
use canonical::{BalanceTransaction, BalanceTransactionRow, NaturalKey, Order, OrderId, Payment};
use flow::{Action, Call, Connector, Fault, Table};
use jiff::SignedDuration;
use serde_json::{Value, json};

/// Lines of the order that consumers are measured with.
pub(crate) const LINES: u32 = 12;

const TIMEOUT: SignedDuration = SignedDuration::from_secs(20);
const SETTLE: SignedDuration = SignedDuration::from_secs(5);

/// What the systems hold.
struct Books {
    payment: Payment,
    settlement: BalanceTransactionRow,
    /// How many payments Stripe has booked: each is a movement of its own, as of a payment of its own.
    booked: AtomicU32,
    order: Order,
    /// How many orders the shop was asked for: each is one of its own, because what stands of an order is in a row of the table.
    asked: AtomicU32,
}

#[derive(Clone)]
struct Held(Arc<Books>);

impl Held {
    fn bind(&self, _: &Call) -> Self {
        self.clone()
    }
}

/// A connector a system, for an order of so many lines and the payment of it.
pub(crate) fn connectors(lines: u32) -> Result<Vec<Arc<dyn Connector>>> {
    let held = Held(Arc::new(Books {
        payment: serde_json::from_value(payment(lines))?,
        settlement: serde_json::from_value(settlement(lines))?,
        booked: AtomicU32::new(0),
        order: serde_json::from_value(order(lines))?,
        asked: AtomicU32::new(0),
    }));
    let system = |actions: Vec<Action<Held>>| -> Arc<dyn Connector> {
        Arc::new(Table::new(held.clone(), Held::bind, actions))
    };
    Ok(vec![system(stripe()?), system(magento()?), system(erp()?), system(wms()?)])
}

fn stripe() -> Result<Vec<Action<Held>>, Fault> {
    use stripe::payment::{read, tag};
    use stripe::settlement::read as settlement;
    let key = |_: &Held, input: &tag::Input| key("tag", input.payment.charge.as_str());
    let links: &[_] = &[("charge", "/charge"), ("payment_intent", "/intent")];
    Ok(vec![
        Action::read(read::NAME, TIMEOUT, async |held: Held, _: read::Input| ok(held.0.payment.clone()))?
            .links(links),
        Action::write(tag::NAME, TIMEOUT, SETTLE, key, nothing, async |_: Held, _: tag::Input| {
            ok(tag::Output { written: vec!["tb_order".to_owned()], kept: Vec::new() })
        })?,
        Action::read(settlement::NAME, TIMEOUT, async |held: Held, _: settlement::Input| {
            let n = held.0.booked.fetch_add(1, Ordering::Relaxed);
            ok(settlement::Output { transaction: movement(&held.0.settlement, n)? })
        })?,
    ])
}

fn magento() -> Result<Vec<Action<Held>>, Fault> {
    use magento::order::{mark_paid, read};
    let key = |_: &Held, input: &mark_paid::Input| key("charge", input.payment.charge.as_str());
    let links: &[_] = &[("order", "/id"), ("order_number", "/number")];
    Ok(vec![
        Action::read(read::NAME, TIMEOUT, async |held: Held, _: read::Input| {
            let n = held.0.asked.fetch_add(1, Ordering::Relaxed);
            ok(Order { id: OrderId::new(FIRST_ORDER + u64::from(n)), ..held.0.order.clone() })
        })?
        .links(links),
        Action::write(
            mark_paid::NAME,
            TIMEOUT,
            SETTLE,
            key,
            nothing,
            async |_: Held, input: mark_paid::Input| {
                ok(mark_paid::Output {
                    outcome: mark_paid::Outcome::Invoiced,
                    invoice: Some(9),
                    state: canonical::OrderState::Processing,
                    status: "processing".to_owned(),
                    transaction_id: input.payment.charge.to_string(),
                })
            },
        )?
        .links(&[("invoice", "/invoice")])
        .locks("/order"),
    ])
}

fn erp() -> Result<Vec<Action<Held>>, Fault> {
    use erp::{payment::put as payment, sales_invoice::put as invoice, sales_order::put as order};
    let order_key = |_: &Held, input: &order::Input| ok(input.document.key.clone());
    let invoice_key = |_: &Held, input: &invoice::Input| ok(input.document.key.clone());
    let payment_key = |_: &Held, input: &payment::Input| ok(input.document.key.clone());
    Ok(vec![
        Action::write(
            order::NAME,
            TIMEOUT,
            SETTLE,
            order_key,
            nothing,
            async |_: Held, input: order::Input| {
                ok(erp::Kept { id: "SO-1".to_owned(), key: input.document.key, created: true })
            },
        )?
        .links(&[("sales_order", "/id")]),
        Action::write(
            invoice::NAME,
            TIMEOUT,
            SETTLE,
            invoice_key,
            nothing,
            async |_: Held, input: invoice::Input| {
                ok(erp::Kept { id: "SI-1".to_owned(), key: input.document.key, created: true })
            },
        )?
        .links(&[("sales_invoice", "/id")]),
        Action::write(
            payment::NAME,
            TIMEOUT,
            SETTLE,
            payment_key,
            nothing,
            async |_: Held, input: payment::Input| {
                let posted_as = payment::PostedAs::Payment;
                ok(payment::Output {
                    id: "P-1".to_owned(),
                    key: input.document.key,
                    created: true,
                    posted_as,
                })
            },
        )?
        .links(&[("payment", "/id")]),
    ])
}

fn wms() -> Result<Vec<Action<Held>>, Fault> {
    use wms::fulfilment::put;
    let key = |_: &Held, input: &put::Input| ok(input.document.key.clone());
    Ok(vec![
        Action::write(put::NAME, TIMEOUT, SETTLE, key, nothing, async |_: Held, input: put::Input| {
            ok(put::Output { id: "F-1".to_owned(), key: input.document.key })
        })?
        .links(&[("fulfilment", "/id")]),
    ])
}

fn ok<T>(value: T) -> Result<T, Fault> {
    Ok(value)
}

async fn nothing<I, O>(_: Held, _: I) -> Result<Option<O>, Fault> {
    Ok(None)
}

/// The n-th movement.
fn movement(row: &BalanceTransactionRow, n: u32) -> Result<BalanceTransaction, Fault> {
    let malformed = |error: canonical::Error| {
        Fault::new(flow::Class::Validation, "malformed_movement", error.to_string())
    };
    let id = format!("txn_3QxBench{n}").parse().map_err(malformed)?;
    BalanceTransaction::new(BalanceTransactionRow { id, ..row.clone() }).map_err(malformed)
}

fn key(kind: &str, id: &str) -> Result<NaturalKey, Fault> {
    let malformed =
        |error: canonical::Error| Fault::new(flow::Class::Validation, "malformed_key", error.to_string());
    NaturalKey::try_from(format!("tb:{}:{kind}:{id}", sandbox::STRIPE_ACCOUNT)).map_err(malformed)
}

/// The event that tells of the payment, under an id of its own.
pub(crate) const CHARGE: &str = "ch_3QxBench";
const FIRST_ORDER: u64 = 42;
const INTENT: &str = "pi_3QxBench";
const UNIT_MINOR: u32 = 3_400;
const TAX_MINOR: u32 = 302;
const SHIPPING_MINOR: u32 = 500;
const FEE_MINOR: u32 = 59;

fn usd(minor: u32) -> Value {
    json!({ "minor": minor.to_string(), "currency": "USD" })
}

const fn total_minor(lines: u32) -> u32 {
    lines * (2 * UNIT_MINOR + TAX_MINOR) + SHIPPING_MINOR
}

fn total(lines: u32) -> Value {
    usd(total_minor(lines))
}

fn payment(lines: u32) -> Value {
    json!({
        "charge": CHARGE, "intent": INTENT, "status": "succeeded", "captured": true, "amount": total(lines),
        "amount_captured": total(lines), "amount_refunded": usd(0), "created": "2026-03-02T09:14:05Z",
        "method": "card", "brand": "visa", "last4": "4242", "fee": usd(FEE_MINOR),
        "orders": [{ "found_in": "Order #", "number": "000000042" }], "livemode": false
    })
}

/// What the payment moved.
fn settlement(lines: u32) -> Value {
    let gross = total_minor(lines);
    json!({
        "id": "txn_3QxBench", "amount": usd(gross), "fee": usd(FEE_MINOR), "net": usd(gross - FEE_MINOR), "source": CHARGE,
        "type": "charge", "reporting_category": "charge", "created": "2026-03-02T09:14:05Z",
        "available_on": "2026-03-04T00:00:00Z", "balance_type": "payments",
        "fee_details": [{ "kind": "stripe_fee", "amount": usd(FEE_MINOR) }]
    })
}

fn order(lines: u32) -> Value {
    let address = json!({
        "name": "Ada Lovelace", "street": ["12 St James Square", "Flat 2"], "city": "New York", "region": "NY",
        "postcode": "10001", "country": "US", "phone": "2125550100"
    });
    let line = |n: u32| {
        json!({
            "id": n, "sku": format!("LAMP-BRASS-{n:02}"), "name": "Desk lamp, brass", "quantity": "2",
            "unit_price": usd(UNIT_MINOR), "discount": usd(0), "net": usd(2 * UNIT_MINOR),
            "taxes": [{ "code": "US-NY-8.875", "percent": "8.875", "amount": usd(TAX_MINOR) }],
            "booked": true, "shipped": true, "to_ship": "2"
        })
    };
    json!({
        "id": 42, "number": "000000042", "store": 1, "state": "new", "status": "pending",
        "placed_at": "2026-03-01T23:30:00Z", "currency": "USD", "base_currency": "USD", "base_to_order_rate": "1",
        "customer": { "id": 7, "name": "Ada Lovelace", "email": "ada@example.com" },
        "billing": address, "shipping": address, "shipping_method": "flatrate_flatrate",
        "lines": (1..=lines).map(line).collect::<Vec<_>>(),
        "shipping_charge": { "net": usd(SHIPPING_MINOR), "taxes": [] }, "other": usd(0),
        "grand_total": total(lines), "total_paid": usd(0), "total_due": total(lines), "total_refunded": usd(0),
        "payment_method": "stripe_payments", "payment_reference": INTENT, "needs_shipping": true
    })
}
