//! What the table says of payouts, for those who read it: no system is asked.

use books::PayoutReport;
use books::payout::Item as Matched;
use canonical::{PairId, PayoutId};
use flow::{Cursor, Index, Store, StoreError};

use super::progress::{State, index_partition, row_key};
use crate::row::state;

/// Payouts of a page.
const PAGE_ROWS: u32 = 50;

/// A payout, as far as it is reconciled.
#[derive(Clone, Debug)]
pub struct Reported {
    /// Which.
    pub payout: PayoutId,
    /// Once it is proved.
    pub report: Option<PayoutReport>,
    /// Movements that a person should see, the first 200.
    pub exceptions: Vec<Matched>,
    /// How many there are.
    pub exception_count: u64,
    /// Movements that were looked at; of one that is proved, all.
    pub rows_so_far: u64,
}

/// A payout that was looked at; `None` where none of that id was.
///
/// # Errors
/// The table is unavailable, or the row is malformed.
pub async fn report(
    store: &dyn Store,
    pair: &PairId,
    payout: &PayoutId,
) -> Result<Option<Reported>, StoreError> {
    let row = store.get(&row_key(pair, payout)).await?;
    row.map(|row| Ok(reported(payout.clone(), state(&row)?))).transpose()
}

/// A page of the pair's payouts, the last to arrive first, and where the next begins.
///
/// # Errors
/// The table is unavailable, or a row is malformed.
pub async fn reports(
    store: &dyn Store,
    pair: &PairId,
    from: Option<Cursor>,
) -> Result<(Vec<Reported>, Option<Cursor>), StoreError> {
    let page = store.index(Index::ByEntity, &index_partition(pair), from, PAGE_ROWS).await?;
    let mut all = Vec::with_capacity(page.items.len());
    for item in page.items {
        let malformed = || StoreError::Malformed {
            key: item.key.to_string(),
            message: "its key names no payout".to_owned(),
        };
        let id = item.key.pk.rsplit('#').next().and_then(|id| id.parse::<PayoutId>().ok());
        let id = id.ok_or_else(malformed)?;
        // An index may hold less than the row, and be a little behind.
        if let Some(found) = report(store, pair, &id).await? {
            all.push(found);
        }
    }
    Ok((all, page.next))
}

fn reported(payout: PayoutId, state: State) -> Reported {
    let so_far = state.progress.as_ref().map(|progress| progress.reconciliation.rows());
    let rows_so_far = state.report.as_ref().map(|report| report.rows).or(so_far).unwrap_or_default();
    Reported {
        payout,
        report: state.report,
        exceptions: state.exceptions,
        exception_count: state.exception_count,
        rows_so_far,
    }
}
