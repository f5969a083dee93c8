//! `books.payout.reconcile`: the movements of a payout, page by page: what nobody has booked is posted by ledger day, their sum has
//! to be the payout to the minor unit, and each is matched with the shop's document and the ERP's.
//!
//! The money is posted whether it adds up or not: it moved. A list that does not make the payout is for a person, and nothing is
//! said to be matched by it. Per page of 100: one call of Stripe, three of the shop, one of the ERP for each payment document.

use books::PayoutReport;
use books::keys::Batch;
use canonical::{Money, NaturalKey, Payout, PayoutId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::progress::{self, Progress, State};
use crate::row::Row;
use crate::{Client, Error, entries, journal};

/// The action's name.
pub const NAME: &str = "books.payout.reconcile";

/// What is reconciled.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The payout, an automatic one.
    pub payout: PayoutId,
}

/// A payout that is proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Output {
    /// The payout.
    pub payout: PayoutId,
    /// What left the balance by it: what reaches the bank, and its fee.
    pub taken: Money,
    /// How many movements make it, its own included.
    pub rows: u64,
    /// Keys of the journals that book what nobody else had.
    pub journals: Vec<NaturalKey>,
    /// How many movements have no document to match, or another's amount.
    pub exceptions: u64,
}

/// Names the effect.
///
/// # Errors
/// Too long for a key.
pub fn key(client: &Client, input: &Input) -> Result<NaturalKey, Error> {
    Ok(format!("tb:{}:reconciliation:{}", client.ledger.account, input.payout).try_into()?)
}

/// The payout, where it is proved. One read of the table.
///
/// # Errors
/// The table's.
pub async fn find(client: Client, input: Input) -> Result<Option<Output>, Error> {
    let row = progress::read(&client, &input.payout).await?;
    Ok(row.state.proved().map(|report| output(report, row.state.exception_count)))
}

/// Goes on from where it was left, page by page, to the end or to the end of the function's time.
///
/// # Errors
/// [`books::Error::ListIncomplete`], [`books::Error::NoList`]; [`books::Error::PayoutMismatch`], after which the list is read anew;
/// an account or a rate that is missing; or as the systems answer.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let mut row = progress::read(&client, &input.payout).await?;
    if let Some(report) = row.state.proved() {
        return Ok(output(report, row.state.exception_count));
    }
    let read = stripe::payout::read::Input { payout: input.payout };
    let payout = stripe::payout::read::run(client.stripe.clone(), read).await?;
    let progress = match row.state.progress.take() {
        Some(progress) => progress,
        None => Progress::new(client.ledger.account.clone(), payout.clone())?,
    };
    let progress = pages(&client, &payout, &mut row, progress).await?;
    finish(&client, &payout, row, progress).await
}

/// The pages that are left.
async fn pages(
    client: &Client,
    payout: &Payout,
    row: &mut Row<State>,
    mut progress: Progress,
) -> Result<Progress, Error> {
    let batch = batch(payout, row);
    loop {
        let after = progress.reconciliation.last();
        let page = stripe::balance_transaction::page::of_payout(&client.stripe, &payout.id, after).await?;
        let has_more = page.has_more;
        let page = entries::of_page(client, Some(payout), &batch, page.rows).await?;
        for entry in &page.entries {
            progress.book.add(&client.ledger, entry)?;
        }
        let items = progress.reconciliation.page(&page.entries, &page.documents)?;
        progress.keep(items);
        row.state.progress = Some(progress.clone());
        progress::save(client, row, payout).await?;
        if !has_more {
            return Ok(progress);
        }
    }
}

/// Posts, and proves.
async fn finish(
    client: &Client,
    payout: &Payout,
    mut row: Row<State>,
    mut progress: Progress,
) -> Result<Output, Error> {
    let posted = progress.book.clone().finish(&client.ledger, &batch(payout, &row))?;
    for journal in posted.journals {
        let reference = journal::post(client, journal).await?;
        progress.posted.push(reference);
    }
    match progress.reconciliation.clone().finish() {
        Ok(report) => {
            let report = PayoutReport { journals: progress.posted.clone(), ..report };
            let output = output(&report, 0);
            row.state.close(progress, report);
            progress::save(client, &mut row, payout).await?;
            Ok(Output { exceptions: row.state.exception_count, ..output })
        }
        Err(mismatch) => {
            // What was taken is booked by the journals of this part; what the list lacked is taken by those of the next.
            let mut anew = Progress::new(client.ledger.account.clone(), payout.clone())?;
            anew.posted = progress.posted;
            row.state.part += 1;
            row.state.progress = Some(anew);
            progress::save(client, &mut row, payout).await?;
            Err(mismatch.into())
        }
    }
}

/// What its journals are posted with.
pub(super) fn batch(payout: &Payout, row: &Row<State>) -> Batch {
    Batch::Payout { payout: payout.id.clone(), part: row.state.part }
}

fn output(report: &PayoutReport, exceptions: u64) -> Output {
    Output {
        payout: report.payout.id.clone(),
        taken: report.taken,
        rows: report.rows,
        journals: report.journals.iter().map(|journal| journal.key.clone()).collect(),
        exceptions,
    }
}
