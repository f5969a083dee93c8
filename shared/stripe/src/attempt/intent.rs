//! A payment intent as those see it who look at its attempts: where it stands, and the charges that were tried on it.
//!
//! Sources: <https://docs.stripe.com/payments/paymentintents/lifecycle>,
//! <https://docs.stripe.com/api/payment_intents/object>, <https://docs.stripe.com/api/charges/list>.

use std::collections::BTreeMap;

use canonical::StripeAccount;
use outbound::Effect;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::advice::Reason;
use crate::reference::{OnlyId, Reference, reference};
use crate::{Client, Error, form};

/// Charges that are asked for: who tries more often is counted no further.
const CHARGES_MAX: &str = "100";
/// Characters of a reason that are kept.
const CODE_MAX: usize = 60;
/// The failed charge after which another saved method was tried: once for each intent.
pub(super) const MARK_KEY: &str = "tb_reattempt";

/// Where an intent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// A further attempt may be made.
    Open,
    /// An attempt is under way, for days perhaps.
    Processing,
    /// The money is there, or authorised.
    Paid,
    /// Nothing more can be paid on it.
    Canceled,
}

/// The intent.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    status: String,
    livemode: bool,
    #[serde(default, deserialize_with = "reference")]
    customer: Option<Reference<OnlyId>>,
    #[serde(default, deserialize_with = "reference")]
    latest_charge: Option<Reference<OnlyId>>,
    last_payment_error: Option<LastError>,
    metadata: Option<BTreeMap<String, String>>,
    /// How it may be paid.
    #[serde(default)]
    payment_method_types: Vec<String>,
}

/// What the last attempt ended with.
#[derive(Clone, Debug, Deserialize)]
struct LastError {
    charge: Option<String>,
    code: Option<String>,
    decline_code: Option<String>,
    advice_code: Option<String>,
    #[serde(default, deserialize_with = "reference")]
    payment_method: Option<Reference<OnlyId>>,
}

impl Intent {
    pub(super) async fn read(
        client: &Client,
        action: &'static str,
        id: &str,
        account: Option<&StripeAccount>,
    ) -> Result<Self, Error> {
        let path = format!("/v1/payment_intents/{}", form::segment(id));
        let intent = client.get::<Self>(action, &path, &[], account).await?.object;
        if intent.livemode == client.settings().livemode {
            return Ok(intent);
        }
        Err(Error::WrongMode { what: intent.id, livemode: intent.livemode })
    }

    /// # Errors
    /// [`Error::UnknownValue`]: an order may be cancelled because of it.
    pub(super) fn status(&self) -> Result<Status, Error> {
        match self.status.as_str() {
            "requires_payment_method" | "requires_confirmation" | "requires_action" => Ok(Status::Open),
            "processing" => Ok(Status::Processing),
            "succeeded" | "requires_capture" => Ok(Status::Paid),
            "canceled" => Ok(Status::Canceled),
            other => Err(Error::UnknownValue {
                what: "the status",
                subject: self.id.clone(),
                value: canonical::redact(other, 40),
            }),
        }
    }

    /// The status in Stripe's own word.
    pub(super) fn said(&self) -> &str {
        &self.status
    }

    pub(super) fn customer(&self) -> Option<&str> {
        self.customer.as_ref().map(Reference::id)
    }

    pub(super) fn latest_charge(&self) -> Option<&str> {
        self.latest_charge.as_ref().map(Reference::id)
    }

    /// The failed charge after which another saved method was tried, or is about to be.
    pub(super) fn mark(&self) -> Option<&str> {
        self.metadata.as_ref()?.get(MARK_KEY).map(String::as_str)
    }

    pub(super) fn takes(&self, method: &str) -> bool {
        self.payment_method_types.iter().any(|taken| taken == method)
    }

    /// Whether its last attempt failed, and was made with this method.
    pub(super) fn last_failed_with(&self, method: &str) -> bool {
        let with = self.last_payment_error.as_ref().and_then(|error| error.payment_method.as_ref());
        with.is_some_and(|with| with.id() == method)
    }

    /// Why its last attempt failed, where that made no charge.
    pub(super) fn reason(&self) -> Reason {
        let said = self.last_payment_error.as_ref();
        let codes = [said.and_then(|it| it.decline_code.as_deref()), said.and_then(|it| it.code.as_deref())];
        let advice_code = said.and_then(|it| it.advice_code.clone());
        Reason { code: first(&codes), advice_code, is_blocked: false }
    }

    fn error_of(&self, charge: &str) -> Option<&LastError> {
        self.last_payment_error.as_ref().filter(|error| error.charge.as_deref() == Some(charge))
    }
}

/// A charge as far as it tells of an attempt.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Tried {
    pub(super) id: String,
    pub(super) status: String,
    failure_code: Option<String>,
    outcome: Option<Outcome>,
    pub(super) payment_method: Option<String>,
    pub(super) payment_method_details: Option<super::saved::Details>,
    #[serde(default, deserialize_with = "reference")]
    pub(super) payment_intent: Option<Reference<Intent>>,
}

#[derive(Clone, Debug, Deserialize)]
struct Outcome {
    #[serde(rename = "type")]
    kind: Option<String>,
    reason: Option<String>,
    advice_code: Option<String>,
}

impl Tried {
    /// Why it failed: what Stripe's own rules say where they stopped it (the intent calls all of that `fraudulent`), else the
    /// decline code, else what the charge says.
    pub(super) fn reason(&self, intent: Option<&Intent>) -> Reason {
        let outcome = self.outcome.as_ref();
        let said = intent.and_then(|intent| intent.error_of(&self.id));
        let is_blocked = outcome.and_then(|outcome| outcome.kind.as_deref()) == Some("blocked");
        let why = outcome.and_then(|outcome| outcome.reason.as_deref());
        let codes = [
            why.filter(|_| is_blocked),
            said.and_then(|said| said.decline_code.as_deref()),
            why,
            said.and_then(|said| said.code.as_deref()),
            self.failure_code.as_deref(),
        ];
        let advice_code = said.and_then(|said| said.advice_code.as_deref());
        let advice_code = advice_code.or_else(|| outcome?.advice_code.as_deref()).map(str::to_owned);
        Reason { code: first(&codes), advice_code, is_blocked }
    }

    pub(super) fn has_failed(&self) -> bool {
        self.status == "failed"
    }
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Tried>,
}

/// The charges of an intent, the newest first. One call.
pub(super) async fn charges(
    client: &Client,
    action: &'static str,
    intent: &str,
    account: Option<&StripeAccount>,
) -> Result<Vec<Tried>, Error> {
    let query = [("payment_intent", intent), ("limit", CHARGES_MAX)];
    Ok(client.get::<Page>(action, "/v1/charges", &query, account).await?.object.data)
}

/// Reads one answer as another thing too.
pub(super) fn part<T: DeserializeOwned>(
    action: &'static str,
    answer: &Value,
    request_id: Option<&String>,
) -> Result<T, Error> {
    T::deserialize(answer).map_err(|error| Error::Unreadable {
        action,
        effect: Effect::Read,
        problem: canonical::redact(&error.to_string(), PROBLEM_MAX),
        request_id: request_id.cloned(),
    })
}

/// Characters of a parser's message that are kept.
const PROBLEM_MAX: usize = 200;

/// The first reason that is given.
fn first(codes: &[Option<&str>]) -> String {
    let given = codes.iter().flatten().find(|code| !code.is_empty());
    canonical::redact(given.unwrap_or(&"unknown"), CODE_MAX)
}
