//! The actions of `payment-failed`, as scripted systems offer them.

use canonical::{ChargeId, IncrementId, OrderId, Payment, PaymentIntentId, PaymentMethodId};
use flow::Effect;
use jiff::SignedDuration;
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;

use crate::actions::{Entry, entry};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Read {
    #[serde(rename = "charge")]
    _charge: Option<ChargeId>,
    #[serde(rename = "intent")]
    _intent: Option<PaymentIntentId>,
    #[serde(rename = "reattempt")]
    _reattempt: Reattempt,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Reattempt {
    None,
    SavedMethod,
}

#[derive(JsonSchema)]
struct Attempt {
    #[serde(rename = "standing")]
    _standing: String,
    #[serde(rename = "can_still_succeed")]
    _can_still_succeed: bool,
    #[serde(rename = "payment")]
    _payment: Option<Payment>,
    #[serde(rename = "latest")]
    _latest: bool,
    #[serde(rename = "failed")]
    _failed: u32,
    #[serde(rename = "code")]
    _code: String,
    #[serde(rename = "advice")]
    _advice: String,
    #[serde(rename = "may_reattempt")]
    _may_reattempt: bool,
    #[serde(rename = "methods")]
    _methods: Vec<Method>,
}

#[derive(JsonSchema)]
struct Method {
    #[serde(rename = "id")]
    _id: PaymentMethodId,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Retry {
    #[serde(rename = "intent")]
    _intent: PaymentIntentId,
    #[serde(rename = "charge")]
    _charge: ChargeId,
    #[serde(rename = "method")]
    _method: PaymentMethodId,
    #[serde(rename = "return_url")]
    _return_url: Option<String>,
}

#[derive(JsonSchema)]
struct Retried {
    #[serde(rename = "outcome")]
    _outcome: String,
    #[serde(rename = "charge")]
    _charge: Option<ChargeId>,
    #[serde(rename = "code")]
    _code: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Close {
    #[serde(rename = "intent")]
    _intent: PaymentIntentId,
}

#[derive(JsonSchema)]
struct Closed {
    #[serde(rename = "outcome")]
    _outcome: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Search {
    #[serde(rename = "order")]
    _order: IncrementId,
}

#[derive(JsonSchema)]
struct Found {
    #[serde(rename = "payments")]
    _payments: Vec<Payment>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Tell {
    #[serde(rename = "order")]
    _order: OrderId,
    #[serde(rename = "attempt")]
    attempt: String,
    #[serde(default, rename = "status")]
    _status: Option<String>,
    note: String,
    #[serde(default)]
    message: Option<String>,
}

#[derive(JsonSchema)]
struct Told {
    #[serde(rename = "outcome")]
    _outcome: String,
    #[serde(rename = "mail")]
    _mail: String,
    #[serde(rename = "state")]
    _state: String,
    #[serde(rename = "status")]
    _status: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Cancel {
    #[serde(rename = "order")]
    _order: OrderId,
}

#[derive(JsonSchema)]
struct Canceled {
    #[serde(rename = "outcome")]
    _outcome: String,
    #[serde(rename = "state")]
    _state: String,
    #[serde(rename = "status")]
    _status: String,
}

pub(crate) fn all() -> Vec<Entry> {
    let write = Effect::Write { settle: SignedDuration::from_secs(5) };
    vec![
        entry::<Read>("stripe.attempt.read", Effect::Read, schema_for!(Attempt)),
        entry::<Retry>("stripe.attempt.retry_saved", write, schema_for!(Retried)),
        entry::<Close>("stripe.attempt.close", write, schema_for!(Closed)),
        entry::<Search>("stripe.payment.search", Effect::Read, schema_for!(Found)),
        Entry {
            check: |input| crate::actions::read::<Tell>(input)?.check(),
            ..entry::<Tell>("magento.order.payment_failed", write, schema_for!(Told))
        },
        entry::<Cancel>("magento.order.cancel", write, schema_for!(Canceled)),
    ]
}

/// Words that a customer must not read: they tell why.
const REASONS: [&str; 9] =
    ["fraud", "stolen", "lost", "risk", "funds", "expired", "declin", "ch_", "suspicious"];

impl Tell {
    /// The staff learns which attempt it was, the customer never why it failed.
    fn check(&self) -> Result<(), String> {
        if !self.note.contains(&self.attempt) {
            return Err(format!("the note does not name the attempt: {}", self.note));
        }
        let message = self.message.as_deref().unwrap_or_default().to_lowercase();
        match REASONS.iter().find(|reason| message.contains(**reason)) {
            Some(reason) => Err(format!("the customer reads `{reason}`: {message}")),
            None => Ok(()),
        }
    }
}
