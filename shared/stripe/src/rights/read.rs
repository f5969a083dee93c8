//! `stripe.rights.read`: whether the restricted key has the permissions that flows need. `tillbridge check` asks it before any
//! event. Nothing is written: the payment intent that is to be changed is not there.
//!
//! Source: <https://docs.stripe.com/keys/restricted-api-keys> (a key without a permission is answered 403).

use flow::{Class, Fault};
use outbound::{Right, Rights};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::client::Read;
use crate::{Client, Error};

/// The action's name.
pub const NAME: &str = "stripe.rights.read";
/// An intent that is not there.
const NO_INTENT: &str = "/v1/payment_intents/pi_tillbridge_check";

/// Nothing is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {}

/// Asks for each, one call a right.
///
/// # Errors
/// A key that cannot be one (a mistake in this file); what stands in the way is said of each permission.
pub async fn run(client: Client, _: Input) -> Result<Rights, Error> {
    let mut rights = Vec::new();
    for (name, path) in [
        ("Charges: Read", "/v1/charges"),
        ("PaymentIntents: Read", "/v1/payment_intents"),
        ("Balance transactions: Read", "/v1/balance_transactions"),
        // In the Dashboard one permission with the charges.
        ("Refunds: Read", "/v1/refunds"),
        ("Disputes: Read", "/v1/disputes"),
        ("Payouts: Read", "/v1/payouts"),
        // The sweep lists what no webhook has brought.
        ("Events: Read", "/v1/events"),
    ] {
        let read: Result<Read<Value>, Error> = client.get(NAME, path, &[("limit", "1")], None).await;
        rights.push(Right::probed(name, read.map_err(Fault::from), &[]));
    }
    let key = format!("tb:{}:check:pi_tillbridge_check", client.settings().account);
    let key = key.parse().map_err(|source| Error::Malformed { subject: key, source })?;
    let fields = [("metadata[tb_check]".to_owned(), "1".to_owned())];
    let written: Result<Read<Value>, Error> = client.post(NAME, NO_INTENT, &fields, None, &key).await;
    let after = &[Class::NotFound];
    rights.push(Right::probed("PaymentIntents: Write", written.map_err(Fault::from), after));
    Ok(Rights { rights })
}
