//! `stripe.attempt.close`: converges on an intent on which nothing more can be paid, so that its order may be cancelled. What was
//! paid, or may still be, stays: that is the outcome then.
//!
//! Stripe decides between this and a customer who pays at the same moment: an intent is paid or cancelled, never both.
//!
//! Source: <https://docs.stripe.com/api/payment_intents/cancel>.

use canonical::{NaturalKey, PaymentIntentId, StripeAccount};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::intent::{Intent, Status};
use super::retry_saved::UNEXPECTED_STATE;
use crate::{Client, Error, form};

/// The action's name.
pub const NAME: &str = "stripe.attempt.close";

/// Which intent.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The intent.
    pub intent: PaymentIntentId,
    /// The account that the event names, where it is not the pair's own.
    pub account: Option<StripeAccount>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// Where the intent stands.
    pub outcome: Outcome,
}

/// Where the intent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing more can be paid on it.
    Closed,
    /// It is paid, or authorised.
    Paid,
    /// An attempt is under way.
    UnderWay,
}

/// `tb:<account>:attempt_close:<intent>`
///
/// # Errors
/// An id so long that no key can hold it.
pub fn key(client: &Client, input: &Input) -> Result<NaturalKey, Error> {
    let account = input.account.as_ref().unwrap_or(&client.settings().account);
    let text = format!("tb:{account}:attempt_close:{}", input.intent);
    text.parse().map_err(|source| Error::Malformed { subject: input.intent.to_string(), source })
}

/// Whether it is closed. One call.
///
/// # Errors
/// As Stripe answers.
pub async fn find(client: Client, input: Input) -> Result<Option<Output>, Error> {
    let standing = standing(&client, &input).await?;
    Ok(standing.filter(|outcome| *outcome == Outcome::Closed).map(|outcome| Output { outcome }))
}

/// Closes it where it is open. Three calls; one where it is not.
///
/// # Errors
/// [`Error::UnknownValue`] where the intent's status is not known, [`Error::StaleReplay`], else as Stripe answers.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    if let Some(outcome) = standing(&client, &input).await? {
        return Ok(Output { outcome });
    }
    let path = format!("/v1/payment_intents/{}/cancel", form::segment(input.intent.as_str()));
    let fields = [("cancellation_reason".to_owned(), "abandoned".to_owned())];
    let (account, key) = (input.account.as_ref(), key(&client, &input)?);
    let request_id = match client.post::<Intent>(NAME, &path, &fields, account, &key).await {
        Ok(answer) => answer.request_id,
        // Somebody was faster: what it is now tells.
        Err(Error::Refused { refusal }) if refusal.code == UNEXPECTED_STATE => refusal.request_id,
        Err(error) => return Err(error),
    };
    match standing(&client, &input).await? {
        Some(outcome) => Ok(Output { outcome }),
        None => Err(Error::StaleReplay { subject: input.intent.to_string(), request_id }),
    }
}

/// Where it stands; nothing, where it is still open.
async fn standing(client: &Client, input: &Input) -> Result<Option<Outcome>, Error> {
    let intent = Intent::read(client, NAME, input.intent.as_str(), input.account.as_ref()).await?;
    Ok(match intent.status()? {
        Status::Open => None,
        Status::Processing => Some(Outcome::UnderWay),
        Status::Paid => Some(Outcome::Paid),
        Status::Canceled => Some(Outcome::Closed),
    })
}
