//! `books.exceptions.review`: the exceptions of proved payouts, matched again: each closes by itself when the missing document is there.
//! One call of Stripe for each exception, and per 100 of a payout what a page takes.

use books::payout::{Item as Matched, matched};
use canonical::{NaturalKey, PayoutId};
use futures::{StreamExt as _, TryStreamExt as _};
use jiff::ToSpan as _;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::progress::{self, Progress, State};
use super::reconcile::{self, batch};
use super::reported::reports;
use crate::row::Row;
use crate::{Client, Error, entries};

/// The action's name.
pub const NAME: &str = "books.exceptions.review";
/// How long after its arrival a payout is looked at: bank debits and disputes of later are movements of their own.
const DAYS: i64 = 120;
/// Movements that are read at a time.
const AT_ONCE: usize = 8;
/// Movements of a page.
const PAGE_ROWS: usize = 100;

/// Which review it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The day that it is of.
    #[schemars(with = "String")]
    pub day: Date,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Output {
    /// Exceptions that were looked at.
    pub reviewed: u64,
    /// How many of them are none any more.
    pub closed: u64,
    /// How many there are still, those included of which a payout keeps only the number.
    pub open: u64,
}

/// Names the effect.
///
/// # Errors
/// Too long for a key.
pub fn key(client: &Client, input: &Input) -> Result<NaturalKey, Error> {
    Ok(format!("tb:{}:review:{}", client.ledger.account, input.day).try_into()?)
}

/// A review can be made again: what is closed stays so.
///
/// # Errors
/// None.
pub async fn find(_: Client, _: Input) -> Result<Option<Output>, Error> {
    Ok(None)
}

/// Matches them again.
///
/// # Errors
/// As the systems answer; [`Error::Overtaken`] where somebody else is at a payout.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let since = input.day.saturating_sub(DAYS.days());
    let (mut output, mut from) = (Output::default(), None);
    loop {
        let (payouts, next) = reports(client.ports.store.as_ref(), client.pair()?, from).await?;
        for payout in payouts {
            let Some(report) = payout.report else { continue };
            if report.payout.arrival_date < since {
                return Ok(output);
            }
            if payout.exception_count > 0 {
                of_payout(&client, &payout.payout, &mut output).await?;
            }
        }
        from = next;
        if from.is_none() {
            return Ok(output);
        }
    }
}

/// The exceptions of a payout.
async fn of_payout(client: &Client, payout: &PayoutId, output: &mut Output) -> Result<(), Error> {
    let mut row = progress::read(client, payout).await?;
    if row.state.proved().is_none() {
        return anew(client, payout, output).await;
    }
    let before = std::mem::take(&mut row.state.exceptions);
    let now = again(client, &mut row, &before).await?;
    let Some(report) = &mut row.state.report else { return Ok(()) };
    let mut open = Vec::with_capacity(now.len());
    for (before, now) in before.iter().zip(now) {
        report.rematched(before, &now)?;
        if now.outcome.is_exception() {
            open.push(now);
        }
    }
    let closed = (before.len() - open.len()) as u64;
    row.state.exceptions = open;
    row.state.exception_count = row.state.exception_count.saturating_sub(closed);
    output.reviewed += before.len() as u64;
    output.closed += closed;
    let proved = report.payout.clone();
    // Of more exceptions than are kept, the next are found by reading the list again. What is posted stays as it is.
    let has_more = row.state.exceptions.is_empty() && row.state.exception_count > 0;
    if has_more {
        row.state.progress = Some(Progress::new(client.ledger.account.clone(), proved.clone())?);
    }
    progress::save(client, &mut row, &proved).await?;
    if has_more {
        return anew(client, payout, output).await;
    }
    output.open += row.state.exception_count;
    Ok(())
}

/// Proves a payout once more.
async fn anew(client: &Client, payout: &PayoutId, output: &mut Output) -> Result<(), Error> {
    let proved = reconcile::run(client.clone(), reconcile::Input { payout: payout.clone() }).await?;
    output.open += proved.exceptions;
    Ok(())
}

/// What each is matched with now, in the same order.
async fn again(client: &Client, row: &mut Row<State>, before: &[Matched]) -> Result<Vec<Matched>, Error> {
    let Some(payout) = row.state.report.as_ref().map(|report| report.payout.clone()) else {
        return Ok(Vec::new());
    };
    let batch = batch(&payout, row);
    let mut now = Vec::with_capacity(before.len());
    for some in before.chunks(PAGE_ROWS) {
        let reads: Vec<_> = some
            .iter()
            .map(|item| stripe::balance_transaction::read::with_source(&client.stripe, &item.transaction))
            .collect();
        let movements: Vec<_> = futures::stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
        let page = entries::of_page(client, Some(&payout), &batch, movements).await?;
        let account = &client.ledger.account;
        now.extend(matched(account, &page.entries, &page.documents, &mut row.state.used)?);
    }
    Ok(now)
}
