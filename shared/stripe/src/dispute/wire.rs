//! A dispute as Stripe writes it, and the canonical one. Its evidence holds the customer's data and is not read.
//!
//! Source: <https://docs.stripe.com/api/disputes/object>.

use canonical::Dispute;
use canonical::stripe_amount::from_stripe;
use serde::Deserialize;

use crate::balance_transaction::Row;
use crate::error::named;
use crate::reference::{OnlyId, Reference, reference};
use crate::{Error, Settings, time};

#[derive(Deserialize)]
pub(crate) struct Wire {
    id: String,
    amount: i64,
    currency: String,
    created: i64,
    #[serde(default, deserialize_with = "reference")]
    charge: Option<Reference<OnlyId>>,
    #[serde(default, deserialize_with = "reference")]
    payment_intent: Option<Reference<OnlyId>>,
    status: String,
    reason: String,
    is_charge_refundable: bool,
    evidence_details: Option<EvidenceDetails>,
    /// Whole, without being asked for.
    balance_transactions: Vec<Row>,
    livemode: bool,
}

#[derive(Deserialize)]
struct EvidenceDetails {
    /// Null or 0 where nothing can be answered.
    due_by: Option<i64>,
}

impl Wire {
    /// Its id.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The dispute as it is now.
    pub(crate) fn dispute(&self, settings: &Settings) -> Result<Dispute, Error> {
        if self.livemode != settings.livemode {
            return Err(Error::WrongMode { what: named(&self.id), livemode: self.livemode });
        }
        let malformed = |source| Error::malformed(&self.id, source);
        let charge = self.charge.as_ref().ok_or_else(|| Error::UnknownValue {
            what: "the charge",
            subject: named(&self.id),
            value: "not there".to_owned(),
        })?;
        let intent = self.payment_intent.as_ref().map(|intent| intent.id().parse());
        let due_by = self.evidence_details.as_ref().and_then(|details| details.due_by);
        let due_by = due_by.filter(|seconds| *seconds != 0);
        let transactions =
            self.balance_transactions.iter().map(Row::transaction).collect::<Result<Vec<_>, _>>()?;
        Ok(Dispute {
            id: self.id.parse().map_err(malformed)?,
            charge: charge.id().parse().map_err(malformed)?,
            intent: intent.transpose().map_err(malformed)?,
            status: self.status.clone().into(),
            reason: self.reason.clone(),
            amount: from_stripe(self.amount, &self.currency).map_err(malformed)?,
            evidence_due_by: due_by.map(|seconds| time::at(seconds, &self.id)).transpose()?,
            is_charge_refundable: self.is_charge_refundable,
            created: time::at(self.created, &self.id)?,
            moved: transactions.iter().any(|transaction| transaction.amount.is_negative()),
            transactions,
        })
    }
}
