//! `stripe.payment.list`: the charges of a payment intent as they are now, in one call. A customer may have tried several times.
//!
//! Source: <https://docs.stripe.com/api/charges/list>.

use canonical::{Payment, PaymentIntentId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::charge::Charge;
use crate::{Client, Error};

/// The action's name.
pub const NAME: &str = "stripe.payment.list";
/// Charges that are asked for: the newest count.
const CHARGES_MAX: &str = "20";

/// Whose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The intent.
    pub intent: PaymentIntentId,
}

/// Payments, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// Each as it is now.
    pub payments: Vec<Payment>,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Charge>,
}

/// Lists them.
///
/// # Errors
/// As Stripe answers; an intent that it does not know has no charges.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let query = [
        ("payment_intent", input.intent.as_str()),
        ("limit", CHARGES_MAX),
        ("expand[]", "data.payment_intent"),
    ];
    let page = client.get::<Page>(NAME, "/v1/charges", &query, None).await?.object;
    let payments = page.data.iter().map(|charge| charge.payment(client.settings()));
    Ok(Output { payments: payments.collect::<Result<_, _>>()? })
}
