//! A payout as Stripe writes it, and the canonical one.
//!
//! Source: <https://docs.stripe.com/api/payouts/object>. Its date of arrival is the second at which that day begins in UTC.

use std::str::FromStr;

use canonical::stripe_amount::from_stripe;
use canonical::{Payout, PayoutStatus};
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::list::Listed;
use crate::balance_transaction::Row;
use crate::error::named;
use crate::reference::{OnlyId, Reference, reference};
use crate::{Error, Settings, time};

/// With its own movement expanded.
#[derive(Deserialize)]
pub(super) struct Wire {
    id: String,
    amount: i64,
    currency: String,
    arrival_date: i64,
    automatic: bool,
    method: String,
    status: String,
    /// Absent on older accounts.
    reconciliation_status: Option<String>,
    trace_id: Option<TraceId>,
    #[serde(default, deserialize_with = "reference")]
    balance_transaction: Option<Reference<Row>>,
    #[serde(default, deserialize_with = "reference")]
    failure_balance_transaction: Option<Reference<Row>>,
    #[serde(default, deserialize_with = "reference")]
    original_payout: Option<Reference<OnlyId>>,
    #[serde(default, deserialize_with = "reference")]
    reversed_by: Option<Reference<OnlyId>>,
    /// Read only where its own movement is not expanded.
    #[serde(default)]
    created: i64,
    livemode: bool,
}

#[derive(Deserialize)]
struct TraceId {
    /// Null while it is pending, and where the bank hands none on.
    value: Option<String>,
}

impl Wire {
    /// Its id.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The payout as it is now, and when its movements were made.
    pub(super) fn listed(&self, settings: &Settings) -> Result<Listed, Error> {
        let at = |reference: &Option<Reference<Row>>| match reference {
            Some(Reference::Object(row)) => Ok::<_, Error>(Some(row.transaction()?.created)),
            Some(Reference::Id(_)) | None => Ok(None),
        };
        let left = at(&self.balance_transaction)?;
        Ok(Listed {
            payout: self.payout(settings)?,
            left: left.map_or_else(|| time::at(self.created, &self.id), Ok)?,
            came_back: at(&self.failure_balance_transaction)?,
        })
    }

    /// The payout as it is now.
    pub(super) fn payout(&self, settings: &Settings) -> Result<Payout, Error> {
        if self.livemode != settings.livemode {
            return Err(Error::WrongMode { what: named(&self.id), livemode: self.livemode });
        }
        let malformed = |source| Error::malformed(&self.id, source);
        let (balance_transaction, fee) = match &self.balance_transaction {
            None => (None, None),
            Some(Reference::Id(id)) => (Some(id.parse().map_err(malformed)?), None),
            Some(Reference::Object(row)) => {
                let own = row.transaction()?;
                (Some(own.id.clone()), Some(own.fee))
            }
        };
        Ok(Payout {
            id: self.id.parse().map_err(malformed)?,
            amount: from_stripe(self.amount, &self.currency).map_err(malformed)?,
            fee,
            status: self.status()?,
            automatic: self.automatic,
            method: self.method.clone().into(),
            arrival_date: TimeZone::UTC.to_datetime(time::at(self.arrival_date, &self.id)?).date(),
            trace_id: self.trace_id.as_ref().and_then(|trace| trace.value.clone()),
            reconciliation_status: self.reconciliation_status.clone().map(Into::into),
            balance_transaction,
            failure_balance_transaction: match &self.failure_balance_transaction {
                None => None,
                Some(Reference::Id(id)) => Some(id.parse().map_err(malformed)?),
                Some(Reference::Object(row)) => Some(row.transaction()?.id.clone()),
            },
            original_payout: self.id_of(self.original_payout.as_ref())?,
            reversed_by: self.id_of(self.reversed_by.as_ref())?,
        })
    }

    fn status(&self) -> Result<PayoutStatus, Error> {
        match self.status.as_str() {
            "pending" => Ok(PayoutStatus::Pending),
            "in_transit" => Ok(PayoutStatus::InTransit),
            "paid" => Ok(PayoutStatus::Paid),
            "canceled" => Ok(PayoutStatus::Canceled),
            "failed" => Ok(PayoutStatus::Failed),
            other => {
                Err(Error::UnknownValue { what: "the status", subject: named(&self.id), value: named(other) })
            }
        }
    }

    fn id_of<T: FromStr<Err = canonical::Error>>(
        &self,
        reference: Option<&Reference<OnlyId>>,
    ) -> Result<Option<T>, Error> {
        let id = reference.map(|it| it.id().parse()).transpose();
        id.map_err(|source| Error::malformed(&self.id, source))
    }
}
