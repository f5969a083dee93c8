//! `stripe.attempt.read`: an attempt to pay that failed, and what has become of its payment intent since. Two calls, three where
//! a saved method may be tried.
//!
//! The event says which; what counts is what is read here. An attempt is a charge: what failed before the bank was asked
//! (3-D Secure that was not passed) makes none, and the customer, who is still at the checkout, sees it there.
//!
//! Sources: <https://docs.stripe.com/payments/paymentintents/lifecycle>, <https://docs.stripe.com/declines>,
//! <https://docs.stripe.com/payments/bank-debits> (a debit may fail after it succeeded; its intent stays as it is).

use canonical::{ChargeId, Payment, PaymentIntentId, StripeAccount};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::advice::{Advice, Reason};
use super::intent::{Intent, Status, Tried, charges, part};
use super::saved::{self, Method};
use crate::charge::Charge;
use crate::reference::Reference;
use crate::refusal::Meaning;
use crate::{Client, Error, form};

/// The action's name.
pub const NAME: &str = "stripe.attempt.read";

/// Which attempt.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The charge that failed.
    pub charge: Option<ChargeId>,
    /// The intent, where the event names no charge: then its latest is looked at.
    pub intent: Option<PaymentIntentId>,
    /// What may be tried next.
    #[serde(default)]
    pub reattempt: Reattempt,
    /// The account that the event names, where it is not the pair's own.
    pub account: Option<StripeAccount>,
}

/// What may be tried next. Saved methods are listed only where they are of use: a key needs a right for that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reattempt {
    /// Nothing.
    #[default]
    None,
    /// Another method that the customer has saved.
    SavedMethod,
}

/// The attempt, and what has become of its intent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// Where the payment stands now.
    pub standing: Standing,
    /// Whether a further attempt on the same intent may bring the money.
    pub can_still_succeed: bool,
    /// The failed charge; absent where the attempt made none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<Payment>,
    /// Whether nothing newer was tried.
    pub latest: bool,
    /// Failed charges of the intent, this one among them.
    pub failed: u32,
    /// Why it failed, in Stripe's word (`insufficient_funds`). Not for the customer.
    pub code: String,
    /// What the customer may do.
    pub advice: Advice,
    /// Whether another saved method may be tried now, without asking: once for each intent.
    pub may_reattempt: bool,
    /// Saved methods of the customer that the intent takes, but for this one, the newest first.
    pub methods: Vec<Method>,
}

/// Where the payment of a failed attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The customer may try again.
    Open,
    /// A later attempt is under way.
    UnderWay,
    /// A later attempt was paid.
    Paid,
    /// This charge had been paid, and the bank has taken the money back.
    Returned,
    /// Nothing more can be paid on it.
    Ended,
}

/// Reads it.
///
/// # Errors
/// [`Error::ChargeUnknown`] where Stripe does not know the charge, [`Error::WrongMode`], [`Error::UnknownValue`] where the
/// intent's status is not known or the event names nothing, else as Stripe answers.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let account = input.account.as_ref();
    let charge = match (&input.charge, &input.intent) {
        (Some(charge), _) => charge.to_string(),
        (None, Some(intent)) => {
            let intent = Intent::read(&client, NAME, intent.as_str(), account).await?;
            match intent.latest_charge() {
                Some(charge) => charge.to_owned(),
                None => return without_charge(&intent),
            }
        }
        (None, None) => {
            let (what, subject, value) =
                ("the charge or intent", "the event".to_owned(), "nothing".to_owned());
            return Err(Error::UnknownValue { what, subject, value });
        }
    };
    let Attempt { tried, payment } = Attempt::read(&client, &charge, account).await?;
    let intent = match &tried.payment_intent {
        None => return Ok(output(Standing::Ended, Some(payment), true, 1, &tried.reason(None))),
        Some(Reference::Object(intent)) => Intent::clone(intent),
        Some(Reference::Id(id)) => Intent::read(&client, NAME, id, account).await?,
    };
    let is_latest = intent.latest_charge().is_none_or(|latest| latest == tried.id);
    let standing = standing(&intent, is_latest)?;
    let all = charges(&client, NAME, &intent.id, account).await?;
    let failed = all.iter().filter(|charge| charge.has_failed()).count();
    let reason = tried.reason(Some(&intent));
    let may_reattempt = input.reattempt == Reattempt::SavedMethod
        && standing == Standing::Open
        && is_latest
        && intent.mark().is_none_or(|mark| mark == tried.id)
        && reason.allows_another_method();
    let methods =
        if may_reattempt { saved::others(&client, &intent, &tried, account).await? } else { Vec::new() };
    let failed = u32::try_from(failed).unwrap_or(u32::MAX);
    let output = output(standing, Some(payment), is_latest, failed, &reason);
    Ok(Output { may_reattempt: may_reattempt && !methods.is_empty(), methods, ..output })
}

/// The charge, read as what was tried and as the payment that flows know.
struct Attempt {
    tried: Tried,
    payment: Payment,
}

impl Attempt {
    async fn read(client: &Client, charge: &str, account: Option<&StripeAccount>) -> Result<Self, Error> {
        let path = format!("/v1/charges/{}", form::segment(charge));
        let expand = [("expand[]", "payment_intent")];
        let read = match client.get::<Value>(NAME, &path, &expand, account).await {
            Ok(read) => read,
            Err(Error::Refused { refusal }) if refusal.meaning == Meaning::NotFound => {
                return Err(Error::ChargeUnknown {
                    charge: charge.to_owned(),
                    request_id: refusal.request_id,
                });
            }
            Err(error) => return Err(error),
        };
        let wire: Charge = part(NAME, &read.object, read.request_id.as_ref())?;
        let tried = part(NAME, &read.object, read.request_id.as_ref())?;
        Ok(Self { tried, payment: wire.payment(client.settings())? })
    }
}

fn standing(intent: &Intent, is_latest: bool) -> Result<Standing, Error> {
    Ok(match intent.status()? {
        Status::Open => Standing::Open,
        Status::Processing => Standing::UnderWay,
        // Nothing came after it, and it was paid: so this is the money that went back.
        Status::Paid if is_latest => Standing::Returned,
        Status::Paid => Standing::Paid,
        Status::Canceled => Standing::Ended,
    })
}

fn without_charge(intent: &Intent) -> Result<Output, Error> {
    Ok(output(standing(intent, false)?, None, true, 0, &intent.reason()))
}

fn output(
    standing: Standing,
    payment: Option<Payment>,
    latest: bool,
    failed: u32,
    reason: &Reason,
) -> Output {
    Output {
        standing,
        can_still_succeed: matches!(standing, Standing::Open | Standing::UnderWay),
        payment,
        latest,
        failed,
        code: reason.code.clone(),
        advice: reason.advice(),
        may_reattempt: false,
        methods: Vec::new(),
    }
}
