//! `stripe.payout.read`: a payout as it is now, with what it cost, in one call.
//!
//! Source: <https://docs.stripe.com/api/payouts/retrieve>.

use canonical::{Payout, PayoutId};
use schemars::JsonSchema;
use serde::Deserialize;

use super::wire::Wire;
use crate::{Client, Error, form};

/// The action's name.
pub const NAME: &str = "stripe.payout.read";

/// What is read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The payout.
    pub payout: PayoutId,
}

/// Reads it. What an event says of it may be older, or newer, than another event that came before.
///
/// # Errors
/// [`Error::ObjectUnknown`], [`Error::WrongMode`], [`Error::UnknownValue`] of its status, else as Stripe answers.
pub async fn run(client: Client, input: Input) -> Result<Payout, Error> {
    let path = format!("/v1/payouts/{}", form::segment(input.payout.as_str()));
    let read = client.get::<Wire>(NAME, &path, &[("expand[]", "balance_transaction")], None).await;
    let wire = read.map_err(|error| error.or_object_unknown(input.payout.as_str()))?.object;
    wire.payout(client.settings())
}
