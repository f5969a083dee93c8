//! `stripe.attempt.retry_saved`: converges on an intent on which another saved method was tried, once, off session. What the bank
//! says to it is the outcome; a decline is none of our errors.
//!
//! Undisturbed five calls: read, look for it, mark, confirm, look again. The mark on the intent is written first: with it
//! there, no other failed charge of the intent starts a further attempt, whatever becomes of this one.
//!
//! Sources: <https://docs.stripe.com/api/payment_intents/confirm> (`off_session`: what needs the customer is declined),
//! <https://docs.stripe.com/api/idempotent_requests> (a decline is stored under its key).

use canonical::{ChargeId, NaturalKey, PaymentIntentId, PaymentMethodId, StripeAccount};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::intent::{Intent, MARK_KEY, Status, charges};
use crate::refusal::Meaning;
use crate::{Client, Error, form};

/// The action's name.
pub const NAME: &str = "stripe.attempt.retry_saved";
/// What Stripe answers where the intent cannot be confirmed any more.
pub(super) const UNEXPECTED_STATE: &str = "payment_intent_unexpected_state";

/// What is tried.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The intent.
    pub intent: PaymentIntentId,
    /// Its charge that failed: the latest.
    pub charge: ChargeId,
    /// The saved method to be tried.
    pub method: PaymentMethodId,
    /// Where methods that send their customer somewhere would send them back to; Stripe asks for it where the intent takes such.
    pub return_url: Option<String>,
    /// The account that the event names, where it is not the pair's own.
    pub account: Option<StripeAccount>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// How it ended.
    pub outcome: Outcome,
    /// The charge that it made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charge: Option<ChargeId>,
    /// Why it was declined, or not tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// How the further attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The money is there, or authorised.
    Succeeded,
    /// It takes days.
    Processing,
    /// It failed like the one before.
    Declined,
    /// It could not be made, or need not be any more.
    NotTried,
}

/// `tb:<account>:reattempt:<intent>:<charge>`
///
/// # Errors
/// Ids so long that no key can hold them.
pub fn key(client: &Client, input: &Input) -> Result<NaturalKey, Error> {
    let account = input.account.as_ref().unwrap_or(&client.settings().account);
    named(format!("tb:{account}:reattempt:{}:{}", input.intent, input.charge))
}

/// Looks for the attempt that the mark speaks of.
///
/// # Errors
/// As Stripe answers.
pub async fn find(client: Client, input: Input) -> Result<Option<Output>, Error> {
    let intent = Intent::read(&client, NAME, input.intent.as_str(), input.account.as_ref()).await?;
    made(&client, &input, &intent).await
}

/// Marks the intent, and confirms it with the saved method.
///
/// # Errors
/// [`Error::UnknownValue`] where the intent's status is not known, else as Stripe answers.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let intent = Intent::read(&client, NAME, input.intent.as_str(), input.account.as_ref()).await?;
    if let Some(output) = made(&client, &input, &intent).await? {
        return Ok(output);
    }
    if intent.status()? != Status::Open {
        return Ok(not_tried(&format!("intent_{}", intent.said())));
    }
    if intent.latest_charge().is_some_and(|latest| latest != input.charge.as_str()) {
        return Ok(not_tried("newer_attempt"));
    }
    match intent.mark() {
        Some(mark) if mark == input.charge.as_str() => {}
        Some(_) => return Ok(not_tried("tried_before")),
        None => mark(&client, &input).await?,
    }
    confirm(&client, &input).await
}

/// What was made of it; nothing where the mark is not ours, or stands there without an attempt.
async fn made(client: &Client, input: &Input, intent: &Intent) -> Result<Option<Output>, Error> {
    if intent.mark() != Some(input.charge.as_str()) {
        return Ok(None);
    }
    let method = input.method.as_str();
    let all = charges(client, NAME, input.intent.as_str(), input.account.as_ref()).await?;
    let mut since = all.iter().take_while(|charge| charge.id != input.charge.as_str());
    let Some(own) = since.find(|charge| charge.payment_method.as_deref() == Some(method)) else {
        let declined =
            || Output { outcome: Outcome::Declined, charge: None, code: Some(intent.reason().code) };
        return Ok(intent.last_failed_with(method).then(declined));
    };
    let (outcome, code) = match own.status.as_str() {
        "succeeded" => (Outcome::Succeeded, None),
        "pending" => (Outcome::Processing, None),
        "failed" => (Outcome::Declined, Some(own.reason(Some(intent)).code)),
        other => {
            let value = canonical::redact(other, 40);
            return Err(Error::UnknownValue { what: "the status", subject: own.id.clone(), value });
        }
    };
    // It is told, and no decision hangs on it: what cannot be read is left out.
    Ok(Some(Output { outcome, charge: own.id.parse().ok(), code }))
}

async fn mark(client: &Client, input: &Input) -> Result<(), Error> {
    let fields = [(format!("metadata[{MARK_KEY}]"), input.charge.to_string())];
    let key = named(format!("{}:mark", key(client, input)?))?;
    let (path, account) = (path(input), input.account.as_ref());
    let marked = client.post::<Intent>(NAME, &path, &fields, account, &key).await?;
    if marked.object.mark() == Some(input.charge.as_str()) {
        return Ok(());
    }
    Err(Error::StaleReplay { subject: input.intent.to_string(), request_id: marked.request_id })
}

async fn confirm(client: &Client, input: &Input) -> Result<Output, Error> {
    let mut fields = vec![
        ("payment_method".to_owned(), input.method.to_string()),
        ("off_session".to_owned(), "true".to_owned()),
    ];
    fields.extend(input.return_url.iter().map(|url| ("return_url".to_owned(), url.clone())));
    let (path, key) = (format!("{}/confirm", path(input)), key(client, input)?);
    let code = match client.post::<Intent>(NAME, &path, &fields, input.account.as_ref(), &key).await {
        Ok(_) => None,
        Err(Error::Refused { refusal }) if refusal.meaning == Meaning::Declined => refusal.decline,
        Err(Error::Refused { refusal })
            if refusal.code == UNEXPECTED_STATE || refusal.meaning == Meaning::Invalid =>
        {
            return Ok(not_tried(&refusal.code));
        }
        Err(error) => return Err(error),
    };
    let now = Intent::read(client, NAME, input.intent.as_str(), input.account.as_ref()).await?;
    if let Some(output) = made(client, input, &now).await? {
        return Ok(output);
    }
    match code {
        Some(code) => Ok(Output { outcome: Outcome::Declined, charge: None, code: Some(code) }),
        None => Ok(not_tried(&format!("intent_{}", now.said()))),
    }
}

fn path(input: &Input) -> String {
    format!("/v1/payment_intents/{}", form::segment(input.intent.as_str()))
}

fn not_tried(code: &str) -> Output {
    Output { outcome: Outcome::NotTried, charge: None, code: Some(canonical::redact(code, CODE_MAX)) }
}

/// Characters of a reason that are kept.
const CODE_MAX: usize = 60;

fn named(text: String) -> Result<NaturalKey, Error> {
    text.parse().map_err(|source| Error::Malformed { subject: text, source })
}
