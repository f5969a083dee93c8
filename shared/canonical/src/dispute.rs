//! A dispute of a payment as the payment provider knows it now.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::open_enum::open_enum;
use crate::{BalanceTransaction, ChargeId, DisputeId, Money, PaymentIntentId};

/// One dispute, read fresh.
///
/// Source: <https://docs.stripe.com/api/disputes/object>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dispute {
    /// Its id. An inquiry that becomes a dispute keeps it.
    pub id: DisputeId,
    /// The charge that the customer disputes.
    pub charge: ChargeId,
    /// The charge's intent; old charges have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<PaymentIntentId>,
    /// Where it stands.
    pub status: DisputeStatus,
    /// Why, in the provider's words (`fraudulent`, `product_not_received`).
    pub reason: String,
    /// What is disputed, in the currency of the charge. It may be less than the charge, or more.
    pub amount: Money,
    /// Until when it can be answered; absent where it cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub evidence_due_by: Option<Timestamp>,
    /// Whether the charge can still be paid back, which ends an inquiry.
    pub is_charge_refundable: bool,
    /// When it was opened.
    #[schemars(with = "String")]
    pub created: Timestamp,
    /// The movements of the balance by which the money was withdrawn and came back, in the settlement currency.
    #[serde(default)]
    pub transactions: Vec<BalanceTransaction>,
    /// Whether money was withdrawn, be it back since or not. An inquiry withdraws none.
    pub moved: bool,
}

open_enum!(
    /// Where a dispute stands. What begins with `warning` is an inquiry: the bank only asks.
    DisputeStatus {
        /// The bank asks; the merchant may answer, or pay back.
        WarningNeedsResponse = "warning_needs_response",
        /// The bank reads the answer.
        WarningUnderReview = "warning_under_review",
        /// The bank asks no more.
        WarningClosed = "warning_closed",
        /// The money is withdrawn; the merchant may answer.
        NeedsResponse = "needs_response",
        /// The bank reads the answer.
        UnderReview = "under_review",
        /// Decided for the merchant: the money comes back.
        Won = "won",
        /// Decided for the customer.
        Lost = "lost",
        /// Settled before it was a dispute.
        Prevented = "prevented",
        /// The merchant may appeal.
        AppealNeedsResponse = "appeal_needs_response",
        /// The appeal is read.
        AppealUnderReview = "appeal_under_review",
    }
);
