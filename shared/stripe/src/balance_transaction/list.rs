//! `stripe.balance_transaction.list`: a page of the movements of the balance, of one payout or of a span of time, in one call.
//!
//! Of a payout they are whole only once it is reconciled, and only where Stripe's schedule made it: a list of any other is refused
//! by Stripe. Its own movement is among them.
//! Source: <https://docs.stripe.com/api/balance_transactions/list>, <https://docs.stripe.com/payouts/reconciliation>.

use canonical::{BalanceTransaction, BalanceTransactionId, PayoutId};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Row;
use crate::page::{Page, ROWS_MAX};
use crate::{Client, Error, time};

/// The action's name.
pub const NAME: &str = "stripe.balance_transaction.list";

/// Which movements. Nothing said: all that there ever were.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Of this payout, an automatic one.
    #[serde(default)]
    pub payout: Option<PayoutId>,
    /// Made then or later.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub created_from: Option<Timestamp>,
    /// Made before.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub created_to: Option<Timestamp>,
    /// Only those behind this one: `next` of the page before.
    #[serde(default)]
    pub after: Option<BalanceTransactionId>,
    /// How many at most, 1 to 100; absent: 100.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// A page, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// Each as it was made: nothing of a movement changes but when it is available.
    pub transactions: Vec<BalanceTransaction>,
    /// Behind which the next page begins; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<BalanceTransactionId>,
}

/// Lists a page.
///
/// # Errors
/// [`Error::Malformed`] names a movement that cannot be booked, else as Stripe answers.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let limit = input.limit.unwrap_or(ROWS_MAX).to_string();
    let from = input.created_from.map(|from| time::ceiling(from).to_string());
    let to = input.created_to.map(|to| time::ceiling(to).to_string());
    let mut query = vec![("limit", limit.as_str())];
    query.extend(input.payout.as_ref().map(|payout| ("payout", payout.as_str())));
    query.extend(from.as_deref().map(|from| ("created[gte]", from)));
    query.extend(to.as_deref().map(|to| ("created[lt]", to)));
    query.extend(input.after.as_ref().map(|after| ("starting_after", after.as_str())));
    let page = client.get::<Page<Row>>(NAME, "/v1/balance_transactions", &query, None).await?.page(NAME)?;
    let transactions = page.data.iter().map(Row::transaction).collect::<Result<Vec<_>, _>>()?;
    let next = transactions.last().filter(|_| page.has_more).map(|last| last.id.clone());
    Ok(Output { transactions, next })
}
