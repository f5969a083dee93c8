//! The payouts that were made since a moment, each as it is now, in a call for each 100. For the books, which compare what is in transit
//! with them.
//!
//! Source: <https://docs.stripe.com/api/payouts/list>.

use canonical::Payout;
use jiff::Timestamp;

use super::wire::Wire;
use crate::page::all_since;
use crate::{Client, Error};

/// What requests are called in logs and errors.
const NAME: &str = "stripe.payout.list";

/// A payout and when its movements were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The payout.
    pub payout: Payout,
    /// When it left the balance.
    pub left: Timestamp,
    /// When it came back, where it failed or was cancelled.
    pub came_back: Option<Timestamp>,
}

/// Lists them, the newest first.
///
/// # Errors
/// [`Error::WrongMode`], [`Error::UnknownValue`] of a status, else as Stripe answers.
pub async fn since(client: &Client, from: Timestamp) -> Result<Vec<Listed>, Error> {
    const EXPANDED: [(&str, &str); 2] =
        [("expand[]", "data.balance_transaction"), ("expand[]", "data.failure_balance_transaction")];
    let rows: Vec<Wire> = all_since(client, NAME, "/v1/payouts", from, &EXPANDED, Wire::id).await?;
    rows.iter().map(|row| row.listed(client.settings())).collect()
}
