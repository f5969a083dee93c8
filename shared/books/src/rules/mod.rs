//! Which accounts a movement of the balance moves: one total function, a rule for each reporting category.
//!
//! Source of the categories: <https://docs.stripe.com/reports/reporting-categories>. In every rule the balance's own side is
//! `stripe_clearing`, by the movement's amount, and its fee is a pair of lines of its own: so clearing moves by the net.

mod balance;
mod disputes;
mod documents;
pub(crate) mod fees;
mod orders;
mod payouts;

use canonical::{BalanceTransaction, BalanceTransactionId, Category, IncrementId, JournalLine, Money};
use serde::{Deserialize, Serialize};

pub use disputes::{LostDispute, dispute_lost, outstanding};
pub use documents::{SalesDocument, credit_note, invoice};
pub use payouts::{arrival, arrival_reversed};

use crate::draft::{Draft, Lines};
use crate::{Elsewhere, Entry, Error, Ledger, Role};

/// What is posted for a movement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Posting {
    /// The lines, which balance. None where nothing moved, or another of Stripe's balances did.
    pub lines: Vec<JournalLine>,
    /// What a person has to see. The money is posted all the same: it moved.
    pub raised: Option<Raised>,
}

/// Something for a person, that a posting brought up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raised {
    /// What it is.
    pub reason: Reason,
    /// The movement.
    pub transaction: BalanceTransactionId,
    /// The order, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<IncrementId>,
    /// How much it is about; where it is in suspense, that is what stands there.
    pub amount: Money,
}

/// What a person has to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A category that no rule has; in suspense.
    UnknownCategory,
    /// A payment or refund of no order of ours; in suspense.
    NoOrder,
    /// The customer's account and the balance moved by two amounts in one currency; the difference is in suspense.
    AmountDiffers,
    /// A payment that the bank took back: the order is not paid any more.
    PaymentBounced,
    /// A refund that did not arrive: it is owed still.
    RefundToBePaid,
}

impl Reason {
    /// Whether money stands in suspense for it.
    #[must_use]
    pub const fn is_suspense(self) -> bool {
        matches!(self, Self::UnknownCategory | Self::NoOrder | Self::AmountDiffers)
    }
}

/// What is posted for a movement, on the ledger day on which it was made.
///
/// # Errors
/// An account or a rate that is missing; amounts out of range.
pub fn post(ledger: &Ledger, entry: &Entry) -> Result<Posting, Error> {
    let (lines, raised) = lines(ledger, entry)?;
    Ok(Posting { lines: lines.into_journal_lines(), raised })
}

/// The same, with what the lines come from once for all.
pub(crate) fn lines<'a>(ledger: &'a Ledger, entry: &'a Entry) -> Result<(Lines<'a>, Option<Raised>), Error> {
    let transaction = &entry.transaction;
    let mut draft = Draft::new(ledger, ledger.date(transaction.created), entry.into());
    let (with_gross, with_fee) = match entry.context.elsewhere {
        _ if !transaction.is_of_payments() => (false, false),
        Elsewhere::Nothing => (true, true),
        Elsewhere::Gross => (false, true),
        Elsewhere::Fee => (true, false),
        Elsewhere::All => (false, false),
    };
    let raised = if with_gross { gross(&mut draft, entry)? } else { None };
    if with_fee {
        fees::inside(&mut draft, transaction)?;
    }
    Ok((draft.settled()?, raised))
}

/// The amount of a movement, by its rule.
fn gross(draft: &mut Draft<'_>, entry: &Entry) -> Result<Option<Raised>, Error> {
    let transaction = &entry.transaction;
    match rule(transaction) {
        Rule::Payment => orders::moved(draft, entry, orders::Direction::In),
        Rule::PaymentBack => orders::moved(draft, entry, orders::Direction::Out),
        Rule::PaymentBounced => {
            let open = orders::moved(draft, entry, orders::Direction::Out)?;
            Ok(Some(open.unwrap_or_else(|| raise(entry, Reason::PaymentBounced))))
        }
        Rule::RefundFailed => {
            let open = orders::moved(draft, entry, orders::Direction::In)?;
            Ok(Some(open.unwrap_or_else(|| raise(entry, Reason::RefundToBePaid))))
        }
        Rule::DisputeReversed => disputes::reversed(draft, entry).map(|()| None),
        Rule::PayoutBack => payouts::back(draft, entry).map(|()| None),
        Rule::Against(role) => balance::against(draft, transaction, &role).map(|()| None),
        Rule::Unknown => {
            balance::against(draft, transaction, &Role::Suspense(transaction.currency()))?;
            Ok(Some(raise(entry, Reason::UnknownCategory)))
        }
    }
}

fn raise(entry: &Entry, reason: Reason) -> Raised {
    Raised {
        reason,
        transaction: entry.transaction.id.clone(),
        order: entry.context.order.clone(),
        amount: entry.transaction.amount,
    }
}

/// How a movement is booked.
enum Rule {
    /// A customer paid.
    Payment,
    /// Money went back to one.
    PaymentBack,
    /// A payment came back by itself.
    PaymentBounced,
    /// Money that should have gone to a customer came back.
    RefundFailed,
    /// Money came back from a dispute.
    DisputeReversed,
    /// A payout came back.
    PayoutBack,
    /// Clearing against one account, by the sign of the amount.
    Against(Role),
    /// Nobody knows.
    Unknown,
}

fn rule(transaction: &BalanceTransaction) -> Rule {
    let currency = transaction.currency();
    match &transaction.reporting_category {
        Category::Charge => Rule::Payment,
        Category::ChargeFailure => Rule::PaymentBounced,
        Category::PartialCaptureReversal | Category::Refund => Rule::PaymentBack,
        Category::RefundFailure => Rule::RefundFailed,
        Category::Dispute => Rule::Against(Role::DisputesReceivable(currency)),
        Category::DisputeReversal => Rule::DisputeReversed,
        Category::Fee | Category::NetworkCost | Category::Tax => Rule::Against(fees::billed(transaction)),
        Category::Payout => Rule::Against(Role::CashInTransit(currency)),
        Category::PayoutReversal => Rule::PayoutBack,
        Category::Transfer | Category::TransferReversal | Category::ConnectCollectionTransfer => {
            Rule::Against(Role::Intercompany)
        }
        Category::PlatformEarning | Category::PlatformEarningRefund => Rule::Against(Role::PlatformIncome),
        Category::ConnectReservedFunds
        | Category::RiskReservedFunds
        | Category::PayoutMinimumBalanceHold
        | Category::PayoutMinimumBalanceRelease
        | Category::PaymentNetworkReserveHold
        | Category::PaymentNetworkReserveRelease => Rule::Against(Role::ReservesHeld(currency)),
        Category::Topup | Category::TopupReversal => Rule::Against(Role::Bank(currency)),
        Category::Advance
        | Category::AdvanceFunding
        | Category::AnticipationRepayment
        | Category::FinancingPayout
        | Category::FinancingPayoutReversal
        | Category::FinancingPaydown
        | Category::FinancingPaydownReversal => Rule::Against(Role::Loans),
        Category::Contribution | Category::ClimateOrderPurchase | Category::ClimateOrderRefund => {
            Rule::Against(Role::Donations)
        }
        Category::UnreconciledCustomerFunds => Rule::Against(Role::CustomerDeposits),
        Category::OtherAdjustment => Rule::Unknown,
        Category::Other(word) => balance::family(word).map_or(Rule::Unknown, Rule::Against),
    }
}
