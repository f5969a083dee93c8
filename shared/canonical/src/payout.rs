//! Money on its way between the provider's balance and the bank.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::open_enum::open_enum;
use crate::{BalanceTransactionId, Currency, Money, PayoutId};

/// One payout, read fresh.
///
/// Source: <https://docs.stripe.com/api/payouts/object>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Payout {
    /// Its id.
    pub id: PayoutId,
    /// What reaches the bank; below nothing where the bank account is debited.
    pub amount: Money,
    /// What an instant payout costs, where that is known; its own row of the balance says it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Money>,
    /// Where it stands.
    pub status: PayoutStatus,
    /// Whether Stripe's schedule made it. Only then do movements belong to it.
    pub automatic: bool,
    /// How fast it travels.
    pub method: PayoutMethod,
    /// The day on which the bank has it: a date, without a time zone.
    #[schemars(with = "String")]
    pub arrival_date: Date,
    /// What the bank's statement has, where the bank hands it on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// Whether its list of movements is whole; older accounts do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconciliation_status: Option<ReconciliationStatus>,
    /// Its own row of the balance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance_transaction: Option<BalanceTransactionId>,
    /// The row that brought the money back, where it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_balance_transaction: Option<BalanceTransactionId>,
    /// The payout that this one reverses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_payout: Option<PayoutId>,
    /// The payout that reverses this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reversed_by: Option<PayoutId>,
}

impl Payout {
    /// Its currency, which all its movements have.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.amount.currency()
    }

    /// Whether its list of movements is whole. Of a manual or instant payout there is none, and never will be.
    #[must_use]
    pub fn is_list_complete(&self) -> bool {
        match &self.reconciliation_status {
            Some(status) => *status == ReconciliationStatus::Completed,
            None => self.automatic,
        }
    }
}

/// Where a payout stands. A higher rank is later, and what is read late never moves it back; only `failed` follows `paid`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PayoutStatus {
    /// Made, not sent.
    Pending,
    /// Sent.
    InTransit,
    /// At the bank, as far as Stripe knows: it may fail still, for five days or so.
    Paid,
    /// Taken back before it was sent.
    Canceled,
    /// Come back.
    Failed,
}

impl PayoutStatus {
    /// How late in a payout's life it is; `canceled` and `failed` are both its end.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::InTransit => 1,
            Self::Paid => 2,
            Self::Canceled | Self::Failed => 3,
        }
    }
}

open_enum!(
    /// How fast a payout travels.
    PayoutMethod {
        /// In the bank's days.
        Standard = "standard",
        /// In minutes, for a fee.
        Instant = "instant",
    }
);

open_enum!(
    /// Whether a payout's list of movements is whole.
    ReconciliationStatus {
        /// Manual and instant payouts: no movement belongs to them.
        NotApplicable = "not_applicable",
        /// Not yet: the list may be short, without a word.
        InProgress = "in_progress",
        /// It is.
        Completed = "completed",
    }
);
