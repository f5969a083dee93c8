//! A refund as the payment provider knows it now.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::open_enum::open_enum;
use crate::{BalanceTransaction, ChargeId, Money, PaymentIntentId, RefundId};

/// One refund, read fresh.
///
/// Source: <https://docs.stripe.com/api/refunds/object>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refund {
    /// Its id.
    pub refund: RefundId,
    /// The charge whose money goes back.
    pub charge: ChargeId,
    /// The charge's intent; old charges have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<PaymentIntentId>,
    /// Where it stands.
    pub status: RefundStatus,
    /// What goes back, in the currency of the charge. Above nothing.
    pub amount: Money,
    /// When it was made.
    #[schemars(with = "String")]
    pub created: Timestamp,
    /// Why, in the provider's words (`requested_by_customer`, `duplicate`, `fraudulent`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why the money came back, where it did (`lost_or_stolen_card`, `expired_or_canceled_card`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<String>,
    /// The shop's credit memo that it was made for, where we made it: then it is our own echo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_memo: Option<u64>,
    /// The movement of the balance by which the money left; absent until it is booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settlement: Option<BalanceTransaction>,
    /// The movement by which it came back, where the refund failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reversal: Option<BalanceTransaction>,
}

open_enum!(
    /// Where a refund stands. `failed` can follow `succeeded`: a bank may send the money back weeks later.
    RefundStatus {
        /// On its way.
        Pending = "pending",
        /// The customer must say where to.
        RequiresAction = "requires_action",
        /// Paid, as far as the provider knows.
        Succeeded = "succeeded",
        /// Come back.
        Failed = "failed",
        /// Taken back before it left.
        Canceled = "canceled",
    }
);
