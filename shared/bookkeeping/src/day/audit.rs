//! `books.day.audit`: whether the mirror of the balance is the balance, at a day's end and in each currency. Two calls of Stripe and a
//! page for each 100 movements since; one of the ERP for each currency.
//!
//! What Stripe had then is what it has now less what has moved since: it tells no balance of the past.

use std::collections::BTreeMap;

use books::Role;
use canonical::{Currency, Money};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stripe::balance_transaction::page;

use super::span;
use crate::{Client, Error};

/// The action's name.
pub const NAME: &str = "books.day.audit";
/// Stripe's clock may be ahead of ours.
const AHEAD: SignedDuration = SignedDuration::from_hours(1);

/// What is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The day, in the company's time zone; it is over.
    #[schemars(with = "String")]
    pub day: Date,
}

/// Nothing differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Output {
    /// The day.
    #[schemars(with = "String")]
    pub day: Date,
    /// What Stripe's balance and its mirror were at its end, by currency.
    pub balances: Vec<Money>,
}

/// Compares.
///
/// # Errors
/// [`Error::ClearingDiffers`] names the first that does; [`Error::Moving`]; an account that is missing; or as the systems answer.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let Input { day } = input;
    let (_, ended) = span(&client, day, 1)?;
    let had = balance_at(&client, ended).await?;
    let mut balances = Vec::with_capacity(had.len());
    for (currency, stripe) in had {
        let role = Role::StripeClearing(currency);
        // A currency that nothing was ever paid in has no account, and needs none.
        if stripe.is_zero() && client.ledger.chart.account(&role).is_err() {
            continue;
        }
        let account = client.ledger.code(&role)?;
        let books = erp::balance::read::run(&client.erp, &account, currency, day).await?;
        let difference = books.checked_sub(stripe)?;
        if !difference.is_zero() {
            let role = Box::new(role);
            return Err(Error::ClearingDiffers { day, account, role, books, stripe, difference });
        }
        balances.push(stripe);
    }
    Ok(Output { day, balances })
}

/// What was in Stripe's balance at a moment.
pub(crate) async fn balance_at(client: &Client, at: Timestamp) -> Result<BTreeMap<Currency, Money>, Error> {
    let now = stripe::balance::read::run(&client.stripe).await?;
    let (until, mut then, mut after) = (client.ports.clock.now() + AHEAD, now.clone(), None);
    loop {
        let page = page::of_span(&client.stripe, at, until, after.as_ref()).await?;
        for row in page.rows.iter().filter(|row| row.transaction.is_of_payments()) {
            let net = row.transaction.net;
            let sum = then.get(&net.currency()).copied().unwrap_or(Money::zero(net.currency()));
            then.insert(net.currency(), sum.checked_sub(net)?);
        }
        after = page.rows.last().map(|row| row.transaction.id.clone());
        if !page.has_more {
            break;
        }
    }
    if stripe::balance::read::run(&client.stripe).await? == now { Ok(then) } else { Err(Error::Moving) }
}
