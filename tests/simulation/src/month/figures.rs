//! All that is known at the month's end, read once: the ERP's ledger, Stripe's balance, who books what, and what a person is told.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, anyhow, ensure};
use axum::body::Body;
use axum::http::Request;
use canonical::{Currency, Money};
use flow::Key;
use flow::Store as _;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use sandbox::STRIPE_KEY;
use serde_json::Value;

use super::ledger::{Line, lines};
use crate::order::Order;
use crate::rows::{Rows, executions, reason};
use crate::world::{PAIR, World};

/// A movement of Stripe's balance.
#[derive(Clone, Debug)]
pub(super) struct Movement {
    pub(super) id: String,
    /// The ledger day.
    pub(super) day: Date,
    pub(super) category: String,
    pub(super) amount: Money,
    pub(super) fee: Money,
    pub(super) net: Money,
    /// The documents that book its gross and its fee.
    pub(super) gross_in: Option<String>,
    pub(super) fee_in: Option<String>,
}

/// A payout.
#[derive(Clone, Debug)]
pub(super) struct Payout {
    pub(super) id: String,
    pub(super) amount: Money,
    pub(super) made: Date,
    pub(super) arrival: Date,
    pub(super) status: String,
    /// Whether the bank had it, for a while at least.
    pub(super) was_paid: bool,
    /// The day on which it came back.
    pub(super) returned: Option<Date>,
    /// Σ net of what it is made of, its own row left out.
    pub(super) listed: Option<Money>,
    pub(super) is_proved: bool,
}

/// A dispute.
#[derive(Clone, Debug)]
pub(super) struct Dispute {
    pub(super) id: String,
    pub(super) status: String,
    /// What is withdrawn and has not come back.
    pub(super) withdrawn: Option<Money>,
}

/// An order and what a person is told of it.
#[derive(Clone, Debug)]
pub(super) struct Sold {
    pub(super) number: String,
    /// The key of its customer in the ERP.
    pub(super) party: String,
    pub(super) currency: Currency,
    pub(super) paid: Money,
    /// The flows that are parked, and why.
    pub(super) parked: BTreeSet<String>,
}

/// Everything.
pub(super) struct Figures {
    pub(super) books: books::Ledger,
    pub(super) ledger: Vec<Line>,
    pub(super) movements: Vec<Movement>,
    pub(super) payouts: Vec<Payout>,
    pub(super) disputes: Vec<Dispute>,
    pub(super) orders: Vec<Sold>,
    /// Stripe's balance, pending and available.
    pub(super) balance: BTreeMap<Currency, Money>,
    /// What stands in suspense, by movement, as persons are told.
    pub(super) raised: BTreeMap<String, Money>,
    pub(super) refunds: usize,
    pub(super) refunds_failed: usize,
    pub(super) declined: usize,
    /// The first day, and the last that is over and posted.
    pub(super) first: Date,
    pub(super) through: Date,
    /// How many executions ended how.
    pub(super) ends: BTreeMap<String, usize>,
    /// Parked executions by reason, of orders and of what is nobody's.
    pub(super) parked: BTreeMap<String, usize>,
    /// What was parked and is of no order.
    pub(super) unowned: Vec<String>,
}

impl Figures {
    /// Reads all of it.
    pub(super) async fn read(world: &World) -> Result<Self> {
        let pair = world.stage.pairs.values().next().context("the stage has no pair")?;
        let books = bookkeeping::ledger(pair)?;
        let state = world.sandbox.state();
        let rows = executions(world)?;
        let mut movements = Vec::new();
        for row in list(&state, "/stripe/balance_transactions") {
            if row["balance_type"].as_str().is_none_or(|balance| balance == "payments") {
                movements.push(movement(world, &books, row).await?);
            }
        }
        movements.sort_by(|one, other| (one.day, &one.id).cmp(&(other.day, &other.id)));
        let paid: BTreeSet<&str> = list(&state, "/stripe/events")
            .filter(|event| event["type"] == "payout.paid")
            .filter_map(|event| event["data"]["object"]["id"].as_str())
            .collect();
        let mut payouts = Vec::new();
        for row in list(&state, "/stripe/payouts") {
            payouts.push(payout(world, &books, &movements, &paid, row).await?);
        }
        payouts.reverse();
        let disputes = list(&state, "/stripe/disputes").map(dispute).collect::<Result<_>>()?;
        let today = books.date(world.clock.time());
        let balance = balance(world).await?;
        let orders = sold(world, &rows, &books)?;
        let mut ends: BTreeMap<String, usize> = BTreeMap::new();
        let mut parked: BTreeMap<String, usize> = BTreeMap::new();
        let owed: BTreeSet<_> = world.orders().iter().flat_map(|order| order.owed.clone()).collect();
        let mut unowned = Vec::new();
        for (name, row) in &rows {
            *ends.entry(row.status.as_str().to_owned()).or_default() += 1;
            if row.parked.is_some() {
                *parked.entry(format!("{} · {}", name.0, reason(row))).or_default() += 1;
                if !owed.contains(name) {
                    let message =
                        row.parked.as_ref().map(|parked| parked.message.as_str()).unwrap_or_default();
                    unowned.push(format!("{} of {}: {}: {message}", name.0, name.1, reason(row)));
                }
            }
        }
        let refunds = || list(&state, "/stripe/refunds");
        Ok(Self {
            ledger: lines(world.sandbox.ledger())?,
            first: movements.first().context("nothing has moved")?.day,
            through: today.checked_sub(1.day())?,
            refunds: refunds().count(),
            refunds_failed: refunds().filter(|refund| refund["status"] == "failed").count(),
            declined: list(&state, "/stripe/charges").filter(|charge| charge["status"] == "failed").count(),
            raised: raised(world),
            books,
            movements,
            payouts,
            disputes,
            orders,
            balance,
            ends,
            parked,
            unowned,
        })
    }

    /// Every day that is over.
    pub(super) fn days(&self) -> impl Iterator<Item = Date> {
        self.first.series(1.day()).take_while(|day| *day <= self.through)
    }
}

fn list<'a>(state: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    state.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

fn text(row: &Value, name: &str) -> String {
    row[name].as_str().unwrap_or_default().to_owned()
}

fn currency(row: &Value) -> Result<Currency> {
    Ok(text(row, "currency").to_uppercase().parse()?)
}

fn money(row: &Value, name: &str) -> Result<Money> {
    Ok(Money::new(row[name].as_i64().unwrap_or_default(), currency(row)?))
}

fn day(books: &books::Ledger, row: &Value, name: &str) -> Result<Date> {
    Ok(books.date(Timestamp::from_second(row[name].as_i64().unwrap_or_default())?))
}

async fn movement(world: &World, books: &books::Ledger, row: &Value) -> Result<Movement> {
    let id = text(row, "id");
    let claimed = world.table.get(&Key::new(format!("P#{PAIR}#bt#{id}"), "-")).await;
    let claimed =
        claimed.map_err(|error| anyhow!("{error}"))?.map(|item| item.attributes).unwrap_or_default();
    let document = |part: &str| claimed.get(part).and_then(Value::as_str).map(str::to_owned);
    Ok(Movement {
        day: day(books, row, "created")?,
        category: text(row, "reporting_category"),
        amount: money(row, "amount")?,
        fee: money(row, "fee")?,
        net: money(row, "net")?,
        gross_in: document("document"),
        fee_in: document("fee_document"),
        id,
    })
}

async fn payout(
    world: &World,
    books: &books::Ledger,
    movements: &[Movement],
    paid: &BTreeSet<&str>,
    row: &Value,
) -> Result<Payout> {
    let id = text(row, "id");
    let back = row["failure_balance_transaction"].as_str();
    let report = world.table.get(&Key::new(format!("R#{PAIR}#{id}"), "-")).await;
    let report = report.map_err(|error| anyhow!("{error}"))?;
    let state = report.and_then(|row| row.attributes.get("state").cloned()).unwrap_or_default();
    let is_listed = row["reconciliation_status"] == "completed" && row["automatic"] == true;
    Ok(Payout {
        amount: money(row, "amount")?,
        made: day(books, row, "created")?,
        arrival: day(books, row, "arrival_date")?,
        status: text(row, "status"),
        was_paid: paid.contains(id.as_str()),
        returned: back.and_then(|back| movements.iter().find(|one| one.id == back)).map(|one| one.day),
        listed: if is_listed { Some(listed(world, row).await?) } else { None },
        is_proved: state["report"]["payout"]["id"] == id.as_str(),
        id,
    })
}

/// Σ net of a payout's list, without its own row.
async fn listed(world: &World, payout: &Value) -> Result<Money> {
    let (mut sum, mut after) = (0, String::new());
    loop {
        let id = text(payout, "id");
        let from = if after.is_empty() { String::new() } else { format!("&starting_after={after}") };
        let path = format!("/stripe/v1/balance_transactions?limit=100&payout={id}{from}");
        let page = get(world, &path).await?;
        let rows = page["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        let others = rows.iter().filter(|row| row["id"] != payout["balance_transaction"]);
        sum += others.filter_map(|row| row["net"].as_i64()).sum::<i64>();
        match rows.last() {
            Some(last) if page["has_more"] == true => after = text(last, "id"),
            _ => return Ok(Money::new(sum, currency(payout)?)),
        }
    }
}

async fn balance(world: &World) -> Result<BTreeMap<Currency, Money>> {
    let said = get(world, "/stripe/v1/balance").await?;
    let mut balance: BTreeMap<Currency, Money> = BTreeMap::new();
    for part in ["pending", "available"] {
        for row in said[part].as_array().into_iter().flatten() {
            let money = money(row, "amount")?;
            let sum = balance.entry(money.currency()).or_insert(Money::zero(money.currency()));
            *sum = sum.checked_add(money)?;
        }
    }
    Ok(balance)
}

async fn get(world: &World, path: &str) -> Result<Value> {
    let request = Request::get(path)
        .header("authorization", format!("Bearer {STRIPE_KEY}"))
        .header("stripe-version", "2026-10-28.endive")
        .body(Body::empty())?;
    let (status, answer) = world.ask(request).await?;
    ensure!(status == 200, "{path}: {status} {answer}");
    Ok(answer)
}

fn dispute(row: &Value) -> Result<Dispute> {
    let rows = row["balance_transactions"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut withdrawn: Option<Money> = None;
    for moved in rows {
        let back = money(moved, "amount")?.negated()?;
        withdrawn = Some(match withdrawn {
            Some(before) => before.checked_add(back)?,
            None => back,
        });
    }
    Ok(Dispute { id: text(row, "id"), status: text(row, "status"), withdrawn })
}

fn sold(world: &World, rows: &Rows, books: &books::Ledger) -> Result<Vec<Sold>> {
    let one = |order: &Order| {
        let currency: Currency = order.seeded.currency.to_uppercase().parse()?;
        let parked = order.owed.iter().filter_map(|name| {
            let row = rows.get(name).filter(|row| row.parked.is_some())?;
            Some(format!("{} · {}", name.0, reason(row)))
        });
        Ok(Sold {
            number: order.seeded.increment_id.clone(),
            party: format!("tb:{}:guest:{}", books.account, order.id.unwrap_or_default()),
            currency,
            paid: Money::new(order.seeded.amount, currency),
            parked: parked.collect(),
        })
    };
    world.orders().iter().map(one).collect()
}

/// What days and payouts have told persons of money in suspense.
fn raised(world: &World) -> BTreeMap<String, Money> {
    let items = world.table.items();
    let rows = items.iter().filter(|item| item.key.pk.starts_with("D#") || item.key.pk.starts_with("R#"));
    let states = rows.filter_map(|item| item.attributes.get("state"));
    let all = states.flat_map(|state| state["raised"].as_array().cloned().unwrap_or_default());
    let raised = all.filter_map(|value| serde_json::from_value::<books::Raised>(value).ok());
    let open = raised.filter(|raised| raised.reason.is_suspense());
    open.map(|raised| (raised.transaction.to_string(), raised.amount)).collect()
}
