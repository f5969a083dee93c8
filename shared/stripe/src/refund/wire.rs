//! A refund as Stripe writes it, and the canonical one.
//!
//! Source: <https://docs.stripe.com/api/refunds/object>. It does not say its mode: that is the charge's.

use std::collections::BTreeMap;

use canonical::stripe_amount::from_stripe;
use canonical::{BalanceTransaction, Refund};
use serde::Deserialize;

use crate::balance_transaction::Row;
use crate::error::named;
use crate::order_reference::PAIR_KEY;
use crate::reference::{OnlyId, Reference, reference};
use crate::{Error, Settings, time};

/// The key under which a refund that we made names the shop's credit memo.
pub(crate) const MEMO_KEY: &str = "tb_memo";

/// With its movements expanded.
#[derive(Deserialize)]
pub(super) struct Wire {
    pub(super) id: String,
    amount: i64,
    currency: String,
    created: i64,
    /// Null where money went back that no charge had taken (a customer's cash balance).
    #[serde(default, deserialize_with = "reference")]
    charge: Option<Reference<OnlyId>>,
    #[serde(default, deserialize_with = "reference")]
    payment_intent: Option<Reference<OnlyId>>,
    status: Option<String>,
    reason: Option<String>,
    failure_reason: Option<String>,
    metadata: Option<BTreeMap<String, String>>,
    /// Null until the money has left.
    #[serde(default, deserialize_with = "reference")]
    balance_transaction: Option<Reference<Row>>,
    #[serde(default, deserialize_with = "reference")]
    failure_balance_transaction: Option<Reference<Row>>,
}

impl Wire {
    /// The refund as it is now.
    pub(super) fn refund(&self, settings: &Settings) -> Result<Refund, Error> {
        let malformed = |source| Error::malformed(&self.id, source);
        let without_charge = || Error::RefundWithoutCharge { refund: named(&self.id) };
        let charge = self.charge.as_ref().ok_or_else(without_charge)?;
        let intent = self.payment_intent.as_ref().map(|intent| intent.id().parse());
        Ok(Refund {
            refund: self.id.parse().map_err(malformed)?,
            charge: charge.id().parse().map_err(malformed)?,
            intent: intent.transpose().map_err(malformed)?,
            status: self.status.clone().ok_or_else(|| self.without("the status"))?.into(),
            amount: from_stripe(self.amount, &self.currency).map_err(malformed)?,
            created: time::at(self.created, &self.id)?,
            reason: self.reason.clone(),
            failure_reason: self.failure_reason.clone(),
            credit_memo: self.credit_memo(settings),
            settlement: self.movement(self.balance_transaction.as_ref())?,
            reversal: self.movement(self.failure_balance_transaction.as_ref())?,
        })
    }

    /// The memo that it was made for. Another pair's is another shop's.
    fn credit_memo(&self, settings: &Settings) -> Option<u64> {
        let metadata = self.metadata.as_ref()?;
        let is_foreign = metadata.get(PAIR_KEY).is_some_and(|pair| pair != settings.pair.as_str());
        let memo = metadata.get(MEMO_KEY).filter(|_| !is_foreign)?;
        // Digits only: a sign is nothing that we write.
        memo.parse().ok().filter(|_| memo.bytes().all(|byte| byte.is_ascii_digit()))
    }

    fn movement(&self, row: Option<&Reference<Row>>) -> Result<Option<BalanceTransaction>, Error> {
        match row {
            Some(Reference::Object(row)) => row.transaction().map(Some),
            // Not booked and not shown are not the same.
            Some(Reference::Id(_)) => Err(self.without("an expanded balance transaction")),
            None => Ok(None),
        }
    }

    fn without(&self, what: &'static str) -> Error {
        Error::UnknownValue { what, subject: named(&self.id), value: "not there".to_owned() }
    }
}
