//! A charge as Stripe writes it, in every API version since 2020-03-02, and the payment it becomes.

use std::collections::BTreeMap;

use canonical::stripe_amount::from_stripe;
use canonical::{ChargeStatus, Money, Payment};
use jiff::Timestamp;
use serde::Deserialize;

use crate::order_reference;
use crate::reference::{OnlyId, Reference, reference};
use crate::{Error, Settings, time};

#[derive(Deserialize)]
pub(crate) struct Charge {
    id: String,
    amount: i64,
    /// Absent before 2020-08-27: then everything was captured or nothing.
    amount_captured: Option<i64>,
    #[serde(default)]
    amount_refunded: i64,
    captured: bool,
    created: i64,
    currency: String,
    #[serde(default)]
    disputed: bool,
    /// The whole of what was taken has gone back; a released rest alone does not set it.
    #[serde(default)]
    refunded: bool,
    #[serde(default, deserialize_with = "reference")]
    customer: Option<Reference<OnlyId>>,
    description: Option<String>,
    livemode: bool,
    metadata: Option<BTreeMap<String, String>>,
    #[serde(default, deserialize_with = "reference")]
    payment_intent: Option<Reference<Intent>>,
    /// Null at first under `automatic_async` capture; comes later, with `charge.updated`.
    #[serde(default, deserialize_with = "reference")]
    balance_transaction: Option<Reference<BalanceTransaction>>,
    payment_method_details: Option<MethodDetails>,
    status: String,
}

#[derive(Deserialize)]
pub(crate) struct Intent {
    pub(crate) id: String,
    pub(crate) description: Option<String>,
    pub(crate) metadata: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
pub(crate) struct BalanceTransaction {
    /// When the money moved: for a charge that was captured later, the capture.
    created: Option<i64>,
    /// In the settlement currency, positive = cost.
    fee: i64,
    currency: String,
}

#[derive(Deserialize)]
struct MethodDetails {
    #[serde(rename = "type")]
    method: Option<String>,
    card: Option<Card>,
}

#[derive(Deserialize)]
struct Card {
    brand: Option<String>,
    last4: Option<String>,
}

impl Charge {
    /// The charge with its intent, where the answer holds the one inside the other.
    pub(crate) fn of(self, intent: Intent) -> Self {
        Self { payment_intent: Some(Reference::Object(Box::new(intent))), ..self }
    }

    /// The payment that the charge is now.
    pub(crate) fn payment(&self, settings: &Settings) -> Result<Payment, Error> {
        if self.livemode != settings.livemode {
            return Err(Error::WrongMode { what: self.id.clone(), livemode: self.livemode });
        }
        let malformed = |source| Error::malformed(&self.id, source);
        let amount = |minor| from_stripe(minor, &self.currency).map_err(malformed);
        let details = self.payment_method_details.as_ref();
        let card = details.and_then(|details| details.card.as_ref());
        let captured = self.amount_captured.unwrap_or(if self.captured { self.amount } else { 0 });
        Ok(Payment {
            charge: self.id.parse().map_err(malformed)?,
            intent: self.intent_id().map(str::parse).transpose().map_err(malformed)?,
            status: self.status()?,
            captured: self.captured,
            amount: amount(self.amount)?,
            amount_captured: amount(captured)?,
            amount_refunded: amount(self.amount_refunded)?,
            refunded: self.refunded,
            disputed: self.disputed,
            created: time::at(self.created, &self.id)?,
            paid_at: self.paid_at()?,
            method: details
                .and_then(|details| details.method.clone())
                .unwrap_or_else(|| "unknown".to_owned()),
            brand: card.and_then(|card| card.brand.clone()),
            last4: card.and_then(|card| card.last4.clone()),
            // Both are told, and no decision hangs on them: what cannot be read is left out.
            customer: self.customer.as_ref().and_then(|it| it.id().parse().ok()),
            fee: self.fee(),
            orders: order_reference::of(settings, &self.sources()),
            livemode: self.livemode,
        })
    }

    fn intent_id(&self) -> Option<&str> {
        match self.payment_intent.as_ref()? {
            Reference::Id(id) => Some(id),
            Reference::Object(intent) => Some(&intent.id),
        }
    }

    fn paid_at(&self) -> Result<Option<Timestamp>, Error> {
        match &self.balance_transaction {
            Some(Reference::Object(row)) => {
                row.created.map(|created| time::at(created, &self.id)).transpose()
            }
            Some(Reference::Id(_)) | None => Ok(None),
        }
    }

    fn sources(&self) -> Vec<order_reference::Source<'_>> {
        let own = order_reference::Source {
            metadata: self.metadata.as_ref(),
            description: self.description.as_deref(),
        };
        match &self.payment_intent {
            // Keys that the shop adds after the payment reach the intent only, so it is the better evidence.
            Some(Reference::Object(intent)) => vec![
                order_reference::Source {
                    metadata: intent.metadata.as_ref(),
                    description: intent.description.as_deref(),
                },
                own,
            ],
            Some(Reference::Id(_)) | None => vec![own],
        }
    }

    fn fee(&self) -> Option<Money> {
        match &self.balance_transaction {
            Some(Reference::Object(row)) => from_stripe(row.fee, &row.currency).ok(),
            Some(Reference::Id(_)) | None => None,
        }
    }

    fn status(&self) -> Result<ChargeStatus, Error> {
        match self.status.as_str() {
            "succeeded" => Ok(ChargeStatus::Succeeded),
            "pending" => Ok(ChargeStatus::Pending),
            "failed" => Ok(ChargeStatus::Failed),
            other => Err(Error::UnknownValue {
                what: "the status",
                subject: self.id.clone(),
                value: canonical::redact(other, 40),
            }),
        }
    }
}
