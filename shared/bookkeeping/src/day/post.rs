//! `books.day.post`: a day that is over, page by page: what nobody has booked of it, and of the three days before it, is posted, one
//! journal a day and currency. Converges: which movements are in a journal is said once, before it is sent.
//!
//! Rows: `D#<pair>#<day>`, all of a pair under the second index.

use books::keys::Batch;
use books::report::JournalReference;
use books::{DayBook, Grouping, Raised};
use canonical::{BalanceTransactionId, NaturalKey};
use flow::Key;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stripe::balance_transaction::page;

use super::span;
use crate::row::Row;
use crate::{Client, Error, entries, journal};

/// The action's name.
pub const NAME: &str = "books.day.post";
/// The day, and how many before it are looked at again: what turns up late is booked on its own day.
const DAYS: i64 = 4;

/// What is posted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The day, in the company's time zone; it is over.
    #[schemars(with = "String")]
    pub day: Date,
}

/// A day that is posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Output {
    /// The day.
    #[schemars(with = "String")]
    pub day: Date,
    /// How many movements were looked at.
    pub rows: u64,
    /// Keys of the journals that book what nobody else had.
    pub journals: Vec<NaturalKey>,
    /// How many things a person should see: money in suspense, payments that bounced, refunds that came back.
    pub raised: u64,
}

/// What the row holds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    #[serde(default)]
    book: DayBook,
    /// Behind which the next page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<BalanceTransactionId>,
    #[serde(default)]
    rows: u64,
    #[serde(default)]
    is_read: bool,
    /// Once all are posted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    journals: Option<Vec<JournalReference>>,
    #[serde(default)]
    raised: Vec<Raised>,
    #[serde(default)]
    raised_count: u64,
}

/// Names the effect.
///
/// # Errors
/// Too long for a key.
pub fn key(client: &Client, input: &Input) -> Result<NaturalKey, Error> {
    Ok(format!("tb:{}:day:{}", client.ledger.account, input.day).try_into()?)
}

/// The day, where it is posted. One read of the table.
///
/// # Errors
/// The table's.
pub async fn find(client: Client, input: Input) -> Result<Option<Output>, Error> {
    let row = row(&client, input.day).await?;
    Ok(output(input.day, &row.state))
}

/// Goes on from where it was left, page by page, to the end or to the end of the function's time.
///
/// # Errors
/// An account or a rate that is missing, or as the systems answer.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let Input { day } = input;
    let mut row = row(&client, day).await?;
    if let Some(output) = output(day, &row.state) {
        return Ok(output);
    }
    let batch = Batch::Night { closes: day };
    read(&client, day, &batch, &mut row).await?;
    let posted = row.state.book.clone().finish(&client.ledger, &batch)?;
    let mut journals = Vec::with_capacity(posted.journals.len());
    for journal in posted.journals {
        journals.push(journal::post(&client, journal).await?);
    }
    row.state.raised_count = posted.raised_count;
    row.state.raised = posted.raised;
    row.state.book = DayBook::new(Grouping::Day);
    let journals = row.state.journals.insert(journals).iter().map(|journal| journal.key.clone()).collect();
    save(&client, &mut row, day).await?;
    Ok(Output { day, rows: row.state.rows, journals, raised: row.state.raised_count })
}

/// The pages that are left.
async fn read(client: &Client, day: Date, batch: &Batch, row: &mut Row<State>) -> Result<(), Error> {
    let (from, to) = span(client, day, DAYS)?;
    while !row.state.is_read {
        let page = page::of_span(&client.stripe, from, to, row.state.last.as_ref()).await?;
        row.state.rows += u64::try_from(page.rows.len()).unwrap_or(u64::MAX);
        row.state.is_read = !page.has_more;
        if let Some(last) = page.rows.last() {
            row.state.last = Some(last.transaction.id.clone());
        }
        let page = entries::of_page(client, None, batch, page.rows).await?;
        for entry in &page.entries {
            row.state.book.add(&client.ledger, entry)?;
        }
        save(client, row, day).await?;
    }
    Ok(())
}

async fn row(client: &Client, day: Date) -> Result<Row<State>, Error> {
    let key = Key::new(format!("D#{}#{day}", client.pair()?), "-");
    Row::read(client, key, State::default()).await
}

async fn save(client: &Client, row: &mut Row<State>, day: Date) -> Result<(), Error> {
    row.save(client, (format!("{}#ledger_days", client.pair()?), day.to_string())).await
}

fn output(day: Date, state: &State) -> Option<Output> {
    let journals = state.journals.as_ref()?.iter().map(|journal| journal.key.clone()).collect();
    Some(Output { day, rows: state.rows, journals, raised: state.raised_count })
}
