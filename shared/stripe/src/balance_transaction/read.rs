//! One movement of the balance, by itself or with what moved it, in one call. For the books.
//!
//! Source: <https://docs.stripe.com/api/balance_transactions/retrieve>.

use canonical::{BalanceTransaction, BalanceTransactionId};

use serde_json::value::RawValue;

use super::Row;
use super::page::{Movement, movement};
use crate::{Client, Error, form};

/// What requests are called in logs and errors.
const NAME: &str = "stripe.balance_transaction.read";

/// Reads it.
///
/// # Errors
/// [`Error::ObjectUnknown`], [`Error::Malformed`] where it cannot be booked, else as Stripe answers.
pub async fn run(client: &Client, id: &BalanceTransactionId) -> Result<BalanceTransaction, Error> {
    let path = format!("/v1/balance_transactions/{}", form::segment(id.as_str()));
    let read = client.get::<Row>(NAME, &path, &[], None).await;
    read.map_err(|error| error.or_object_unknown(id.as_str()))?.object.transaction()
}

/// Reads it with what moved it.
///
/// # Errors
/// As [`run`].
pub async fn with_source(client: &Client, id: &BalanceTransactionId) -> Result<Movement, Error> {
    let path = format!("/v1/balance_transactions/{}", form::segment(id.as_str()));
    let read = client.get::<Box<RawValue>>(NAME, &path, &[("expand[]", "source")], None).await;
    movement(client, &read.map_err(|error| error.or_object_unknown(id.as_str()))?.object)
}
