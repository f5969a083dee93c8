//! A page of the movements of a payout or of a span of time, each with what moved it, in one call. For the books, which post and match
//! them.
//!
//! Source: <https://docs.stripe.com/api/balance_transactions/list>, <https://docs.stripe.com/payouts/reconciliation>.

use canonical::{BalanceTransaction, BalanceTransactionId, PayoutId};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::source::{Moved, Wire};
use super::{Row, list};
use crate::page::{Page, ROWS_MAX};
use crate::reference::{Reference, reference};
use crate::{Client, Error, time};

/// A movement and what moved it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// The movement.
    pub transaction: BalanceTransaction,
    /// What moved it, where that is a payment, a refund or a dispute.
    pub moved: Option<Moved>,
}

/// A movement of which only the source is read here.
#[derive(Deserialize)]
struct Sourced {
    #[serde(default, deserialize_with = "reference")]
    source: Option<Reference<Wire>>,
}

/// A page, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movements {
    /// The movements.
    pub rows: Vec<Movement>,
    /// Whether there are more behind the last of them.
    pub has_more: bool,
}

/// The page behind `after`. Of an automatic payout only, and whole only once it is reconciled.
///
/// # Errors
/// [`Error::Malformed`] names a movement that cannot be booked, else as Stripe answers.
pub async fn of_payout(
    client: &Client,
    payout: &PayoutId,
    after: Option<&BalanceTransactionId>,
) -> Result<Movements, Error> {
    page(client, &[("payout", payout.as_str())], after).await
}

/// The page behind `after` of those that were made from `from` on and before `to`.
///
/// # Errors
/// As [`of_payout`].
pub async fn of_span(
    client: &Client,
    from: Timestamp,
    to: Timestamp,
    after: Option<&BalanceTransactionId>,
) -> Result<Movements, Error> {
    let (from, to) = (time::ceiling(from).to_string(), time::ceiling(to).to_string());
    page(client, &[("created[gte]", from.as_str()), ("created[lt]", to.as_str())], after).await
}

async fn page(
    client: &Client,
    filters: &[(&str, &str)],
    after: Option<&BalanceTransactionId>,
) -> Result<Movements, Error> {
    let limit = ROWS_MAX.to_string();
    let mut query = vec![("limit", limit.as_str()), ("expand[]", "data.source")];
    query.extend(filters);
    query.extend(after.map(|after| ("starting_after", after.as_str())));
    let read = client.get::<Page<Box<RawValue>>>(list::NAME, "/v1/balance_transactions", &query, None);
    let page = read.await?.page(list::NAME)?;
    let rows = page.data.iter().map(|row| movement(client, row)).collect::<Result<_, _>>()?;
    Ok(Movements { rows, has_more: page.has_more })
}

pub(super) fn movement(client: &Client, row: &RawValue) -> Result<Movement, Error> {
    let unreadable = |error: serde_json::Error| Error::Unreadable {
        action: list::NAME,
        effect: outbound::Effect::Read,
        problem: canonical::redact(&error.to_string(), PROBLEM_MAX),
        request_id: None,
    };
    let sourced: Sourced = serde_json::from_str(row.get()).map_err(unreadable)?;
    let moved = match sourced.source {
        Some(Reference::Object(source)) => source.moved(client.settings())?,
        Some(Reference::Id(_)) | None => None,
    };
    let row: Row = serde_json::from_str(row.get()).map_err(unreadable)?;
    Ok(Movement { transaction: row.transaction()?, moved })
}

/// Characters of a problem that are kept.
const PROBLEM_MAX: usize = 200;
