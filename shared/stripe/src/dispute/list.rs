//! The disputes that were opened since a moment, each as it is now, in a call for each 100. For the books, which compare what is withdrawn
//! with them.
//!
//! Source: <https://docs.stripe.com/api/disputes/list>.

use canonical::Dispute;
use jiff::Timestamp;

use super::wire::Wire;
use crate::page::all_since;
use crate::{Client, Error};

/// What requests are called in logs and errors.
const NAME: &str = "stripe.dispute.list";

/// Lists them, the newest first.
///
/// # Errors
/// [`Error::WrongMode`], else as Stripe answers.
pub async fn since(client: &Client, from: Timestamp) -> Result<Vec<Dispute>, Error> {
    let rows: Vec<Wire> = all_since(client, NAME, "/v1/disputes", from, &[], Wire::id).await?;
    rows.iter().map(|row| row.dispute(client.settings())).collect()
}
