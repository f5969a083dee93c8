//! `stripe.settlement.read`: the movement of the balance by which the money of a charge came, in one call.
//!
//! Stripe may book it minutes after the payment (`capture_method` `automatic_async`).
//! Source: <https://docs.stripe.com/payments/payment-intents/asynchronous-capture>, <https://docs.stripe.com/api/charges/object>.

use canonical::{BalanceTransaction, ChargeId, StripeAccount};
use outbound::Effect;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::balance_transaction::Row;
use crate::reference::{Reference, reference};
use crate::{Client, Error, form};

/// The action's name.
pub const NAME: &str = "stripe.settlement.read";

/// What is read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The charge.
    pub charge: ChargeId,
    /// The account that the event names, where it is not the pair's own.
    pub account: Option<StripeAccount>,
}

/// What the payment did to the balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// Gross, fee and net, in the settlement currency.
    pub transaction: BalanceTransaction,
}

/// A charge, read for its movement only.
#[derive(Deserialize)]
struct Charge {
    id: String,
    livemode: bool,
    captured: bool,
    status: String,
    #[serde(default, deserialize_with = "reference")]
    balance_transaction: Option<Reference<Row>>,
}

/// Reads it.
///
/// # Errors
/// [`Error::NotSettledYet`] where Stripe has not booked it, [`Error::NothingTaken`] where there is nothing to book,
/// [`Error::ChargeUnknown`], [`Error::WrongMode`], else as Stripe answers.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let path = format!("/v1/charges/{}", form::segment(input.charge.as_str()));
    let expand = [("expand[]", "balance_transaction")];
    let read = client.get::<Charge>(NAME, &path, &expand, input.account.as_ref()).await;
    let read = read.map_err(|error| error.or_charge_unknown(&input.charge))?;
    let (charge, request_id) = (read.object, read.request_id);
    if charge.livemode != client.settings().livemode {
        return Err(Error::WrongMode { what: charge.id, livemode: charge.livemode });
    }
    match charge.balance_transaction {
        Some(Reference::Object(row)) => Ok(Output { transaction: row.transaction()? }),
        Some(Reference::Id(_)) => {
            let problem = "the balance transaction was to be expanded, and is not".to_owned();
            Err(Error::Unreadable { action: NAME, effect: Effect::Read, problem, request_id })
        }
        None if charge.status == "failed" || !charge.captured => {
            Err(Error::NothingTaken { charge: input.charge })
        }
        None => Err(Error::NotSettledYet { charge: input.charge, request_id }),
    }
}
