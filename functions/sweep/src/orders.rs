//! Magento's orders that are paid and still wait for their payment: a second net under Stripe's events, for charges whose event was
//! skipped (the order was not there yet) or is from before the time that Stripe's feed covers.
//!
//! Orders that have not changed for a while are looked at once after each change. Whether one is paid, Stripe says; what is done
//! about it, the flow decides: it gets an event of ours about the charge.

use std::collections::BTreeMap;

use canonical::{ChargeId, ChargeStatus, EventId, IncrementId, OrderId, OrderState, PairId, Payment};
use flow::execution::{Status, by_entity, link_key};
use flow::route::{Received, Route};
use flow::{Class, Condition, Delivery, Fault, FlowName, Ports, StoreError, Write};
use jiff::{SignedDuration, Timestamp};
use magento::order::list;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stripe::payment;

use crate::ask::ask;
use crate::bring::{bring, table};
use crate::cursor::Cursor;
use crate::events;
use crate::report::Report;
use crate::sweep::{Round, SOURCE};

/// The feed's name in the table and in logs.
pub(crate) const FEED: &str = "magento-orders";
/// The type of the event that says an order's charge was paid. Without a flow that wants it the feed is not read.
const PAID: &str = "charge.succeeded";
/// States of an order that waits for its payment.
const WAITING: [OrderState; 2] = [OrderState::New, OrderState::PendingPayment];
/// How long order and charge must have stood: webhook, flow and Stripe's search have had their time.
const SETTLED: SignedDuration = SignedDuration::from_mins(10);
/// How far each walk looks back behind what was seen. The shop sets `updated_at` when it writes a row and commits it later, and its
/// clock is not ours.
const OVERLAP: SignedDuration = SignedDuration::from_mins(30);
/// Orders that a run asks Stripe about: one or two calls each.
const ORDERS_PER_RUN_MAX: usize = 300;
/// Orders of the overlap that are remembered as looked at.
const SEEN_MAX: usize = 2_000;
/// Executions of a payment that are looked at.
const EXECUTIONS_MAX: u32 = 50;

/// How far the orders have been read.
#[derive(Serialize, Deserialize)]
struct State {
    /// The last change that was seen, by the shop's clock.
    newest: Timestamp,
    /// When all was last read, by ours.
    read_at: Timestamp,
    /// A walk that is not done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    walk: Option<Walk>,
    /// Orders that were looked at, with the second of the change after which they were.
    #[serde(default)]
    seen: BTreeMap<u64, i64>,
}

/// A walk through a span of changes.
#[derive(Clone, Serialize, Deserialize)]
struct Walk {
    from: Timestamp,
    until: Timestamp,
    /// The last order that was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<OrderId>,
    /// The last change that it has met.
    newest: Timestamp,
}

/// Looks at orders that have changed since the cursor and still wait for their payment.
///
/// # Errors
/// Magento, Stripe, the table or a queue: the walk goes on there next time.
pub(crate) async fn catch_up(round: &Round<'_>, report: &mut Report) -> Result<(), Fault> {
    let Some(route) = round.routes.find(SOURCE, PAID) else { return Ok(()) };
    let now = round.ports.clock.now();
    let first = State { newest: now, read_at: now, walk: None, seen: BTreeMap::new() };
    let cursor = Cursor::read(round.ports, round.pair, FEED, first).await;
    let mut cursor = cursor.inspect_err(|_| report.is_blind = true)?;
    let walked = walk(round, route, &mut cursor, report).await;
    report.behind(now.duration_since(cursor.state.read_at).as_secs());
    walked
}

/// How far the feed of a pair is behind that is not read in this run.
///
/// # Errors
/// The table.
pub(crate) async fn behind_s(ports: &Ports, pair: &PairId) -> Result<i64, Fault> {
    let state: Option<State> = Cursor::look(ports, pair, FEED).await?;
    Ok(state.map_or(0, |state| ports.clock.now().duration_since(state.read_at).as_secs()))
}

async fn walk(
    round: &Round<'_>,
    route: &Route,
    cursor: &mut Cursor<State>,
    report: &mut Report,
) -> Result<(), Fault> {
    let now = round.ports.clock.now();
    let newest = cursor.state.newest;
    let mut walk = cursor.state.walk.clone().unwrap_or(Walk {
        from: newest.checked_sub(OVERLAP).unwrap_or(newest),
        until: now.checked_sub(SETTLED).unwrap_or(now),
        after: None,
        newest,
    });
    let mut asked = 0;
    loop {
        let states = WAITING.to_vec();
        let input = list::Input { states, from: walk.from, until: walk.until, after: walk.after };
        if round.is_over() {
            report.is_cut_short = true;
            return Ok(());
        }
        let page: list::Output = ask(round, list::NAME, &input).await?;
        for order in &page.orders {
            let change = order.updated_at.as_second();
            if order.is_due && cursor.state.seen.get(&order.id.get()) != Some(&change) {
                if round.is_over() || asked >= ORDERS_PER_RUN_MAX {
                    report.is_cut_short = true;
                    return keep(round, cursor, walk).await;
                }
                asked += 1;
                report.found += 1;
                match look(round, route, order).await {
                    Ok(Looked { sent, is_settled }) => {
                        report.enqueued += sent;
                        if is_settled {
                            cursor.state.seen.insert(order.id.get(), change);
                        }
                    }
                    // A payment that nobody can read holds up no other order. It is said again while the order is looked back at.
                    Err(Met::Asking(mut fault)) if fault.is_of_one_thing() => {
                        fault.message = format!("order {}: {}", order.id, fault.message);
                        fault.logged = fault.logged.map(|logged| format!("order {}: {logged}", order.id));
                        report.problem(round.pair, FEED, fault);
                    }
                    // What the table or a queue refuses is no order's fault: nothing is passed by that is not durable.
                    Err(Met::Asking(fault) | Met::Keeping(fault)) => {
                        keep(round, cursor, walk).await?;
                        return Err(fault);
                    }
                }
            }
            walk.newest = walk.newest.max(order.updated_at);
            walk.after = Some(order.id);
        }
        if !page.has_more {
            break;
        }
    }
    let state = &mut cursor.state;
    state.newest = state.newest.max(walk.newest);
    state.read_at = state.read_at.max(walk.until.saturating_add(SETTLED).unwrap_or(now));
    state.walk = None;
    let oldest = state.newest.checked_sub(OVERLAP).unwrap_or(state.newest).as_second();
    state.seen.retain(|_, change| *change >= oldest);
    while state.seen.len() > SEEN_MAX {
        state.seen.pop_first();
    }
    cursor.save(round.ports).await
}

/// Keeps a walk that is not done.
async fn keep(round: &Round<'_>, cursor: &mut Cursor<State>, walk: Walk) -> Result<(), Fault> {
    cursor.state.walk = Some(walk);
    cursor.save(round.ports).await
}

/// What a look at an order came to.
struct Looked {
    /// Messages that were sent.
    sent: usize,
    /// Whether another look would find the same, as long as the order does not change.
    is_settled: bool,
}

/// Why a look came to nothing.
enum Met {
    /// Stripe, or what it says of a payment: it may concern this order alone.
    Asking(Fault),
    /// Our own table, or a queue: it concerns every order.
    Keeping(Fault),
}

impl From<Fault> for Met {
    fn from(fault: Fault) -> Self {
        Self::Asking(fault)
    }
}

/// Asks Stripe whether an order is paid; enqueues an event where nobody has acted on that.
async fn look(round: &Round<'_>, route: &Route, order: &list::Listed) -> Result<Looked, Met> {
    let (mut paid, mut is_settled) = (Vec::new(), true);
    for id in &order.payments {
        for payment in named(round, id).await? {
            // At once: its flow may be waiting for just that.
            tie(round, &payment, order.id).await.map_err(Met::Keeping)?;
            is_settled &= !may_come(round, &payment);
            paid.extend(Some(payment).filter(|payment| is_paid(round, payment)));
        }
    }
    if let (true, Some(number)) = (paid.is_empty(), &order.number) {
        paid.extend(naming(round, number).await?.into_iter().filter(|payment| is_paid(round, payment)));
    }
    let mut sent = 0;
    for payment in &paid {
        let event = event_id(payment, order)?;
        let body = event_body(&event, payment, order);
        let trace_id = round.trace_id();
        let received = Received {
            pair: round.pair,
            source: SOURCE,
            event: &event,
            event_type: PAID,
            received_at: round.ports.clock.now(),
            trace_id: &trace_id,
            body: &body,
        };
        let unfit = |error: flow::route::TooLarge| {
            Fault::new(Class::Validation, "event_too_large", error.to_string())
        };
        let deliveries = route.deliveries(received).map_err(unfit)?;
        let deliveries = untouched(round, payment, deliveries).await.map_err(Met::Keeping)?;
        sent += bring(round.ports, deliveries).await.map_err(Met::Keeping)?;
    }
    Ok(Looked { sent, is_settled })
}

/// The payments that an order names by an id of theirs.
async fn named(round: &Round<'_>, id: &str) -> Result<Vec<Payment>, Fault> {
    if let Ok(intent) = id.parse() {
        let found: payment::list::Output =
            ask(round, payment::list::NAME, &payment::list::Input { intent }).await?;
        return Ok(found.payments);
    }
    let Ok(charge) = id.parse::<ChargeId>() else { return Ok(Vec::new()) };
    match ask::<_, Payment>(round, payment::read::NAME, &json!({ "charge": charge })).await {
        Ok(payment) => Ok(vec![payment]),
        Err(fault) if fault.class == Class::NotFound => Ok(Vec::new()),
        Err(fault) => Err(fault),
    }
}

/// The payments that name an order.
async fn naming(round: &Round<'_>, number: &IncrementId) -> Result<Vec<Payment>, Fault> {
    let input = payment::search::Input { order: number.clone() };
    let found: payment::list::Output = ask(round, payment::search::NAME, &input).await?;
    // Shops behind one account number alike: there a number alone does not tell whose order it is.
    let is_ours =
        |payment: &Payment| !round.shares_account || payment.orders.iter().any(|order| order.of_pair);
    Ok(found.payments.into_iter().filter(is_ours).collect())
}

/// Whether the money was taken, and is not on its way back, since long enough.
fn is_paid(round: &Round<'_>, payment: &Payment) -> bool {
    payment.status == ChargeStatus::Succeeded
        && payment.captured
        && !payment.refunded
        && round.ports.clock.now().duration_since(taken_at(payment)) >= SETTLED
}

/// Whether its money may still come, or has come too short a time ago.
fn may_come(round: &Round<'_>, payment: &Payment) -> bool {
    payment.status != ChargeStatus::Failed && !payment.refunded && !is_paid(round, payment)
}

/// When the money was taken, as far as is known.
fn taken_at(payment: &Payment) -> Timestamp {
    payment.paid_at.unwrap_or(payment.created)
}

/// The deliveries of flows in which nothing has come of the payment. Skipped executions are nothing: the order was not there yet.
/// Whatever is done, under way, parked or given up is somebody's already; where there is no execution at all, Stripe's event brings
/// one, or is waiting in the queue, unless it is from before that feed's time.
async fn untouched(
    round: &Round<'_>,
    payment: &Payment,
    deliveries: Vec<(FlowName, Delivery)>,
) -> Result<Vec<(FlowName, Delivery)>, Fault> {
    let store = round.ports.store.as_ref();
    let is_covered = taken_at(payment).as_second() >= events::covered_since(round).await?;
    let mut left = Vec::new();
    for (flow, delivery) in deliveries {
        let known = by_entity(store, round.pair, &delivery.entity, EXECUTIONS_MAX).await.map_err(table)?;
        let mut of_flow = known.iter().filter(|execution| execution.flow == flow).peekable();
        let is_none = of_flow.peek().is_none();
        let is_left = match is_none {
            true => !is_covered,
            false => of_flow.all(|execution| execution.status == Status::Skipped),
        };
        if is_left {
            left.push((flow, delivery));
        }
    }
    Ok(left)
}

/// Remembers which order names the payment, where nobody has: the payment itself may not say.
async fn tie(round: &Round<'_>, payment: &Payment, order: OrderId) -> Result<(), Fault> {
    let (kind, id) = match &payment.intent {
        Some(intent) => ("payment_intent", intent.as_str()),
        None => ("charge", payment.charge.as_str()),
    };
    let write = Write::Update {
        key: link_key(round.pair, kind, id),
        set: BTreeMap::from([("order".to_owned(), Value::from(order.to_string()))]),
        add: BTreeMap::new(),
        remove: Vec::new(),
        when: vec![Condition::Without("order")],
    };
    match round.ports.store.write(vec![write]).await {
        Ok(()) | Err(StoreError::Refused { .. }) => Ok(()),
        Err(error) => Err(table(error)),
    }
}

/// One event for each change of the order: what was skipped then may be done now.
fn event_id(payment: &Payment, order: &list::Listed) -> Result<EventId, Fault> {
    let text = format!("sweep:charge:{}:{}", payment.charge, order.updated_at.as_second());
    text.parse().map_err(|error: canonical::Error| {
        Fault::new(Class::Validation, "malformed_event_id", error.to_string())
    })
}

/// An event as Stripe writes one, as far as flows may ask: they read the charge itself.
fn event_body(event: &EventId, payment: &Payment, order: &list::Listed) -> String {
    json!({
        "id": event,
        "object": "event",
        "type": PAID,
        "created": payment.created.as_second(),
        "livemode": payment.livemode,
        "data": { "object": {
            "id": payment.charge, "object": "charge", "payment_intent": payment.intent,
        }},
        "tillbridge": { "found_by": "sweep", "order": order.number },
    })
    .to_string()
}
