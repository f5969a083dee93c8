//! `stripe.payment.read`: the charge as it is now, with its intent and fee, in one call.

use canonical::{ChargeId, Payment, StripeAccount};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::charge::Charge;
use crate::{Client, Error, form};

/// The action's name.
pub const NAME: &str = "stripe.payment.read";

/// What is read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The charge.
    pub charge: ChargeId,
    /// The account that the event names, where it is not the pair's own.
    pub account: Option<StripeAccount>,
}

/// Reads a charge. The event only says which: what counts is what is read here.
///
/// # Errors
/// [`Error::ChargeUnknown`] where Stripe does not know it, [`Error::WrongMode`] where it is of the other mode, else as
/// Stripe answers.
pub async fn run(client: Client, input: Input) -> Result<Payment, Error> {
    let path = format!("/v1/charges/{}", form::segment(input.charge.as_str()));
    let expand = [("expand[]", "payment_intent"), ("expand[]", "balance_transaction")];
    let read = client.get::<Charge>(NAME, &path, &expand, input.account.as_ref()).await;
    let charge = read.map_err(|error| error.or_charge_unknown(&input.charge))?.object;
    charge.payment(client.settings())
}
