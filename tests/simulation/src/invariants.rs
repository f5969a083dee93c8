//! What must hold. Safety: of anything there is at most one, and never more is invoiced than was paid. Liveness: when nothing fails any
//! more, all that was accepted is done, skipped for a reason, or with a person; and every paid order is whole.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use canonical::{Currency, Money};
use flow::delivery::attribute;
use flow::execution::{Execution, Status, linked, read_event};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::drain::{Letters, is_booked};
use crate::order::{Expected, Order};
use crate::rows::{Rows, executions, reason};
use crate::sender::FORGED;
use crate::world::{ORDER_TO_CASH, PAIR, World};
use crate::{payout, received, refunded};

/// What may be the end of an execution whose order people have touched.
const TOUCHED: [&str; 3] = ["order_canceled", "order_on_hold", "invoice_incomplete"];

/// The same of one that was paid back while it was under way.
const PAID_BACK: [&str; 3] = ["refunded_in_full", "stopped", "order_closed"];

/// How long a lock may outlive its owner: the rest of its lease and the settle time of a request that was given up.
const LOCKED_MAX: SignedDuration = SignedDuration::from_secs(260);

/// Every document of an order, in each system.
struct Held<'a> {
    order: Option<&'a Value>,
    invoices: Vec<&'a Value>,
    sales_orders: Vec<&'a Value>,
    sales_invoices: Vec<&'a Value>,
    fulfilments: Vec<&'a Value>,
    metadata: Value,
}

/// All documents, by what ties them to an order.
pub(crate) struct Books(Value);

impl Books {
    pub(crate) fn rows<'a>(&'a self, pointer: &str, wanted: impl Fn(&Value) -> bool) -> Vec<&'a Value> {
        let rows = self.0.pointer(pointer).and_then(Value::as_array);
        rows.into_iter().flatten().filter(|row| wanted(row)).collect()
    }

    fn of(&self, order: &Order) -> Held<'_> {
        let number = json!(order.seeded.increment_id);
        let id = json!(order.id);
        let intent = json!(order.seeded.payment_intent);
        let sales_orders = self.rows("/erp/orders", |row| row["number"] == number);
        let keys: Vec<&Value> = sales_orders.iter().map(|row| &row["key"]).collect();
        let metadata = self.rows("/stripe/payment_intents", |row| row["id"] == intent);
        Held {
            order: self
                .rows("/magento/orders", |row| !id.is_null() && row["entity_id"] == id)
                .first()
                .copied(),
            invoices: self.rows("/magento/invoices", |row| !id.is_null() && row["order_id"] == id),
            sales_invoices: self
                .rows("/erp/invoices", |row| row["kind"] == "invoice" && keys.contains(&&row["order_key"])),
            fulfilments: self.rows("/wms/fulfilments", |row| row["order_number"] == number),
            metadata: metadata.first().map(|row| row["metadata"].clone()).unwrap_or_default(),
            sales_orders,
        }
    }
}

impl Held<'_> {
    /// Magento's invoices, the ERP's orders and invoices, fulfilments.
    fn counts(&self) -> [usize; 4] {
        [self.invoices.len(), self.sales_orders.len(), self.sales_invoices.len(), self.fulfilments.len()]
    }
}

/// What may never be. No system of ours takes a document back: what is not there at the end was never there.
pub(crate) fn safety(world: &World) -> Result<()> {
    let books = Books(world.sandbox.state());
    for order in world.orders().iter() {
        let held = books.of(order);
        let number = &order.seeded.increment_id;
        let [invoices, sales_orders, sales_invoices, fulfilments] = held.counts();
        if sales_orders > 1 || sales_invoices > 1 || fulfilments > 1 {
            world.journal.broken(format!(
                "order {number} has {sales_orders} sales orders, {sales_invoices} ERP invoices, {fulfilments} fulfilments"
            ));
        }
        if invoices > 1 && order.touched.is_empty() {
            world.journal.broken(format!("order {number} has {invoices} invoices in the shop"));
        }
        let cents = |value: &Value| decimal_cents(value);
        let invoiced: i64 = held.invoices.iter().map(|invoice| cents(&invoice["grand_total"])).sum();
        if let Some(shop) = held.order
            && invoiced > cents(&shop["grand_total"])
        {
            world.journal.broken(format!("order {number} is over-invoiced: {invoiced}"));
        }
        received::safety(world, order, &books)?;
        refunded::safety(world, order, &books)?;
    }
    received::no_stranger(world, &books);
    Ok(())
}

/// What must be when all has come to rest.
pub(crate) async fn liveness(world: &World, letters: &Letters) -> Result<()> {
    let rows = executions(world)?;
    for message in world.messages() {
        world.journal.broken(format!("a message is left: {:?}", message.attributes.get(attribute::EVENT)));
    }
    for ((_, event), row) in &rows {
        if event.as_str().starts_with(FORGED) {
            world.journal.broken(format!("{event} is forged and has an execution"));
        }
        settled(world, row, letters);
        // What a person or a replay would read.
        let kept = read_event(world.table.as_ref(), row).await.map_err(|error| error.to_string());
        if kept.as_ref().map_or(true, |text| !text.contains(event.as_str())) {
            world.journal.broken(format!("the event {event} is not kept: {kept:?}"));
        }
    }
    no_lock_is_left(world);
    let books = Books(world.sandbox.state());
    payout::liveness(world, &rows, &books).await?;
    let orders = world.orders().clone();
    for order in &orders {
        for name in &order.owed {
            let (flow, event) = name;
            match rows.get(name) {
                None => world.journal.broken(format!(
                    "{event} was taken, or was for the sweep to find, and {flow} has no execution of it"
                )),
                Some(row) if flow.as_str() == ORDER_TO_CASH => expected(world, order, row),
                Some(_) => {}
            }
        }
        if order.touched.is_empty()
            && let Expected::Whole { is_shipped } = order.expected
            && is_ended(order, &rows)
        {
            if !refunded::is_whole(order, &books) {
                whole(world, order, &books.of(order), is_shipped)?;
                is_linked(world, order).await?;
            }
            refunded::liveness(world, order, &rows, &books)?;
            received::liveness(world, order, &books)?;
        }
    }
    Ok(())
}

/// Whether order-to-cash has come to its end with an order; what was paid back whole before that, it leaves to a person.
fn is_ended(order: &Order, rows: &Rows) -> bool {
    !order.paid_back || is_booked(order, rows)
}

/// An execution has ended, or waits for a person who can see it.
fn settled(world: &World, row: &Execution, letters: &Letters) {
    let event = &row.event;
    match row.status {
        Status::Done | Status::Discarded => {}
        Status::Skipped if row.skipped.is_some() => {}
        Status::Parked if letters.contains_key(&(row.flow.to_string(), event.to_string(), row.parks)) => {}
        Status::Parked => {
            world.journal.broken(format!("{event} is parked ({}) without a letter", reason(row)));
        }
        status => world.journal.broken(format!("{event} is {} for ever", status.as_str())),
    }
}

/// An execution has ended as its order's kind says.
fn expected(world: &World, order: &Order, row: &Execution) {
    let said = reason(row);
    let fits = match (order.expected, row.status) {
        (_, Status::Skipped) => row.skipped.as_deref() == Some("not_captured"),
        (_, Status::Parked) if order.paid_back && PAID_BACK.contains(&said) => true,
        (Expected::Parked(wanted), Status::Parked) => {
            said == wanted || (!order.touched.is_empty() && TOUCHED.contains(&said))
        }
        (Expected::Parked(_), _) => !order.touched.is_empty(),
        (Expected::Whole { .. }, Status::Done) => true,
        (Expected::Whole { .. }, _) => !order.touched.is_empty() && TOUCHED.contains(&said),
    };
    if !fits {
        let message = row.parked.as_ref().map(|parked| parked.message.as_str()).unwrap_or_default();
        let (kind, status) = (&order.seeded.kind, row.status.as_str());
        let touched = &order.touched;
        world.journal.broken(format!(
            "order {} ({kind}, touched {touched:?}): {} ended {status} {said}: {message}",
            order.seeded.increment_id, row.event
        ));
    }
}

/// One of everything, of the right amounts, and told to Stripe.
fn whole(world: &World, order: &Order, held: &Held<'_>, is_shipped: bool) -> Result<()> {
    let number = &order.seeded.increment_id;
    let counts = held.counts();
    if counts != [1, 1, 1, usize::from(is_shipped)] {
        world.journal.broken(format!(
            "order {number} has {counts:?} of: invoices in the shop, sales orders, ERP invoices, fulfilments"
        ));
        return Ok(());
    }
    let currency: Currency = order.seeded.currency.to_uppercase().parse()?;
    let paid = Money::new(order.seeded.amount, currency);
    let total = json!({ "amount": paid.to_decimal().to_string(), "currency": currency.code() });
    let (invoice, sales_order, sales_invoice) =
        (held.invoices[0], held.sales_orders[0], held.sales_invoices[0]);
    let shop = held.order.context("a whole order is in the shop")?;
    let id = order.id.map(|id| id.to_string()).unwrap_or_default();
    let facts = [
        (
            "the shop's invoice has its transaction",
            &invoice["transaction_id"],
            json!(order.seeded.payment_intent),
        ),
        ("nothing is due in the shop", &shop["total_due"], json!(0)),
        ("the sales order is confirmed", &sales_order["state"], json!("confirmed")),
        (
            "the sales order is paid by the charge",
            &sales_order["payment"]["reference"],
            json!(order.seeded.charge),
        ),
        ("the sales order's total", &sales_order["total"], total.clone()),
        ("what was paid for it", &sales_order["payment"]["amount"], total.clone()),
        ("the ERP's invoice is posted", &sales_invoice["state"], json!("posted")),
        ("the ERP's invoice's total", &sales_invoice["total"], total),
        ("Stripe knows the order's number", &held.metadata["tb_order"], json!(number)),
        ("Stripe knows the order", &held.metadata["tb_order_id"], json!(id)),
    ];
    for (what, found, wanted) in facts {
        if *found != wanted {
            world.journal.broken(format!("order {number}: {what}: {found}, not {wanted}"));
        }
    }
    Ok(())
}

/// Whoever knows the payment finds the order.
async fn is_linked(world: &World, order: &Order) -> Result<()> {
    let Some(intent) = &order.seeded.payment_intent else { return Ok(()) };
    let names = linked(world.table.as_ref(), &PAIR.parse()?, "payment_intent", intent).await;
    let names = names.map_err(|error| anyhow::anyhow!("{error}"))?.unwrap_or_default();
    let id = order.id.map(|id| id.to_string());
    if names.get("order") != id.as_ref() {
        world
            .journal
            .broken(format!("order {} is not linked to {intent}: {names:?}", order.seeded.increment_id));
    }
    Ok(())
}

/// A lock that its owner has not given back runs out by itself.
fn no_lock_is_left(world: &World) {
    let soon = (world.clock.time() + LOCKED_MAX).as_millisecond();
    for item in world.table.items().iter().filter(|item| item.key.pk.starts_with("L#")) {
        let until: BTreeMap<_, _> =
            item.attributes.iter().filter(|(name, _)| name.ends_with("until")).collect();
        if until.values().any(|until| until.as_i64().is_some_and(|until| until > soon)) {
            world.journal.broken(format!("{} is locked when all has ended: {until:?}", item.key.pk));
        }
    }
}

/// An amount of the shop, in hundredths; its numbers have two decimals at most where they are totals.
pub(crate) fn decimal_cents(value: &Value) -> i64 {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let rest: String = rest.chars().chain("00".chars()).take(2).collect();
    format!("{whole}{rest}").parse().unwrap_or(0)
}
