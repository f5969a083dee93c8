//! What moved the balance, as far as a posting and a match need it: read with the movements of a page.
//!
//! Source: <https://docs.stripe.com/api/balance_transactions/list> (`expand[]=data.source`).

use canonical::stripe_amount::from_stripe;
use canonical::{ChargeId, Dispute, Money, PaymentIntentId};
use serde::Deserialize;

use crate::reference::{OnlyId, Reference, reference};
use crate::{Error, Settings, dispute};

/// What moved the balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moved {
    /// A payment.
    Charge(Charge),
    /// Money back to a customer.
    Refund(Refund),
    /// A dispute, with its movements.
    Dispute(Box<Dispute>),
}

/// A payment, in the currency that the customer paid in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Its id.
    pub id: ChargeId,
    /// Its intent.
    pub intent: Option<PaymentIntentId>,
    /// What was authorised: so much its movement is.
    pub amount: Money,
    /// What was taken of it.
    pub captured: Money,
}

/// Money back, in the currency that the customer paid in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Whose money; money out of a customer's own balance is no charge's.
    pub charge: Option<ChargeId>,
    /// The charge's intent.
    pub intent: Option<PaymentIntentId>,
    /// How much.
    pub amount: Money,
}

impl Moved {
    /// The payment that it is about.
    #[must_use]
    pub fn charge(&self) -> Option<&ChargeId> {
        match self {
            Self::Charge(charge) => Some(&charge.id),
            Self::Refund(refund) => refund.charge.as_ref(),
            Self::Dispute(dispute) => Some(&dispute.charge),
        }
    }

    /// The intent of that payment.
    #[must_use]
    pub fn intent(&self) -> Option<&PaymentIntentId> {
        match self {
            Self::Charge(charge) => charge.intent.as_ref(),
            Self::Refund(refund) => refund.intent.as_ref(),
            Self::Dispute(dispute) => dispute.intent.as_ref(),
        }
    }
}

/// An expanded source: each says what it is.
#[derive(Deserialize)]
#[serde(tag = "object", rename_all = "snake_case")]
pub(super) enum Wire {
    Charge(WireMoney),
    Refund(WireMoney),
    Dispute(Box<dispute::Wire>),
    /// A payout, a transfer, a fee: what it is called is enough.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
pub(super) struct WireMoney {
    id: String,
    amount: i64,
    /// Absent before 2020-08-27: then everything was captured or nothing.
    amount_captured: Option<i64>,
    currency: String,
    #[serde(default, deserialize_with = "reference")]
    charge: Option<Reference<OnlyId>>,
    #[serde(default, deserialize_with = "reference")]
    payment_intent: Option<Reference<OnlyId>>,
}

impl Wire {
    /// What it is, where a posting wants to know.
    pub(super) fn moved(&self, settings: &Settings) -> Result<Option<Moved>, Error> {
        match self {
            Self::Charge(charge) => {
                let malformed = |source| Error::malformed(&charge.id, source);
                let amount = |minor| from_stripe(minor, &charge.currency).map_err(malformed);
                Ok(Some(Moved::Charge(Charge {
                    id: charge.id.parse().map_err(malformed)?,
                    intent: charge.intent()?,
                    amount: amount(charge.amount)?,
                    captured: amount(charge.amount_captured.unwrap_or(charge.amount))?,
                })))
            }
            Self::Refund(refund) => {
                let malformed = |source| Error::malformed(&refund.id, source);
                let of = refund.charge.as_ref().map(|charge| charge.id().parse());
                Ok(Some(Moved::Refund(Refund {
                    charge: of.transpose().map_err(malformed)?,
                    intent: refund.intent()?,
                    amount: from_stripe(refund.amount, &refund.currency).map_err(malformed)?,
                })))
            }
            Self::Dispute(dispute) => Ok(Some(Moved::Dispute(Box::new(dispute.dispute(settings)?)))),
            Self::Other => Ok(None),
        }
    }
}

impl WireMoney {
    fn intent(&self) -> Result<Option<PaymentIntentId>, Error> {
        let intent = self.payment_intent.as_ref().map(|intent| intent.id().parse());
        intent.transpose().map_err(|source| Error::malformed(&self.id, source))
    }
}
