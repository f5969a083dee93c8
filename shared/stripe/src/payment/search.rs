//! `stripe.payment.search`: the payments that say they are for an order, in one call. It finds what was written a minute ago or
//! earlier: Stripe's search is behind, so that nothing may hang on what it does not find.
//!
//! Source: <https://docs.stripe.com/search>, <https://docs.stripe.com/api/payment_intents/search>.

use std::collections::BTreeMap;

use canonical::IncrementId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::list::Output;
use crate::charge::{Charge, Intent};
use crate::order_reference::keys;
use crate::reference::{Reference, reference};
use crate::{Client, Error};

/// The action's name.
pub const NAME: &str = "stripe.payment.search";
/// Intents that are asked for.
const INTENTS_MAX: &str = "20";

/// For which order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The number that people see.
    pub order: IncrementId,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Found>,
}

#[derive(Deserialize)]
struct Found {
    id: String,
    description: Option<String>,
    metadata: Option<BTreeMap<String, String>>,
    #[serde(default, deserialize_with = "reference")]
    latest_charge: Option<Reference<Charge>>,
}

/// Searches the metadata of payment intents. Those that were never tried have no charge and are left out.
///
/// # Errors
/// As Stripe answers.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let number = input.order.as_str().replace('\\', "\\\\").replace('\'', "\\'");
    let clauses =
        keys(client.settings()).map(|key| format!("metadata['{}']:'{number}'", key.replace('\'', "\\'")));
    let query = clauses.collect::<Vec<_>>().join(" OR ");
    let query = [("query", query.as_str()), ("limit", INTENTS_MAX), ("expand[]", "data.latest_charge")];
    let page = client.get::<Page>(NAME, "/v1/payment_intents/search", &query, None).await?.object;
    let mut payments = Vec::new();
    for Found { id, description, metadata, latest_charge } in page.data {
        let Some(Reference::Object(charge)) = latest_charge else { continue };
        let payment = charge.of(Intent { id, description, metadata }).payment(client.settings())?;
        // Stripe compares without regard to case, and another pair's payment names no order of this one.
        if payment.orders.iter().any(|order| order.number.as_ref() == Some(&input.order)) {
            payments.push(payment);
        }
    }
    Ok(Output { payments })
}
