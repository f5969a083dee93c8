//! `stripe.dispute.read`: a dispute as it is now, with its movements of the balance, in one call.
//!
//! Source: <https://docs.stripe.com/api/disputes/retrieve>.

use canonical::{Dispute, DisputeId};
use schemars::JsonSchema;
use serde::Deserialize;

use super::wire::Wire;
use crate::{Client, Error, form};

/// The action's name.
pub const NAME: &str = "stripe.dispute.read";

/// What is read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The dispute.
    pub dispute: DisputeId,
}

/// Reads it. Of its events, any may come before the one that opened it.
///
/// # Errors
/// [`Error::ObjectUnknown`], [`Error::WrongMode`], else as Stripe answers.
pub async fn run(client: Client, input: Input) -> Result<Dispute, Error> {
    let path = format!("/v1/disputes/{}", form::segment(input.dispute.as_str()));
    let read = client.get::<Wire>(NAME, &path, &[], None).await;
    let wire = read.map_err(|error| error.or_object_unknown(input.dispute.as_str()))?.object;
    wire.dispute(client.settings())
}
