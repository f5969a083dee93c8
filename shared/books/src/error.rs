//! Why something cannot be posted. Each is for a person, but [`Error::is_early`]: none goes away by trying again.

use canonical::{BalanceTransactionId, Currency, PayoutId};
use jiff::civil::Date;

use crate::payout::Mismatch;
use crate::role::Role;

/// What stands in the way of a posting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A value that cannot be: an amount out of range, currencies that met, a journal that does not balance.
    #[error(transparent)]
    Unsound(#[from] canonical::Error),
    /// The chart has no account for a role.
    #[error("the chart has no account for {role}; add it to the pair's accounts, then replay")]
    AccountMissing {
        /// The role, with its currency, fee or tax code.
        role: Role,
    },
    /// A text that is no role.
    #[error("`{text}` is no role that an account can have")]
    UnknownRole {
        /// The text, redacted.
        text: String,
    },
    /// No rate on that day.
    #[error("no rate of {currency} on {date}; add it to the pair's rates, then replay")]
    RateMissing {
        /// The currency to convert.
        currency: Currency,
        /// The ledger day.
        date: Date,
    },
    /// A rate that is nothing or less.
    #[error("a rate of {currency} on {date} must be above nothing")]
    RateUnsound {
        /// The currency.
        currency: Currency,
        /// The day.
        date: Date,
    },
    /// The day's period is closed and nothing may move.
    #[error("{date} is in a period that is closed through {closed_through}; have it opened, then replay")]
    PeriodClosed {
        /// The day.
        date: Date,
        /// The last closed day.
        closed_through: Date,
    },
    /// A movement among those of a day that is another day's.
    #[error("{transaction} is of {date} and not of {day}")]
    WrongDay {
        /// Which.
        transaction: BalanceTransactionId,
        /// Its own day.
        date: Date,
        /// The day that was to be posted.
        day: Date,
    },
    /// One id with two contents: the list was not read in one piece.
    #[error("{transaction} was listed twice, with two contents; list the day again")]
    ListedTwice {
        /// Which.
        transaction: BalanceTransactionId,
    },
    /// The list of a payout may be short.
    #[error("the list of {payout} is not complete yet; it is looked at again")]
    ListIncomplete {
        /// Which payout.
        payout: PayoutId,
    },
    /// A payout without a list: manual and instant ones.
    #[error("no movements belong to {payout}, a manual or instant payout: it is reconciled by the balance")]
    NoList {
        /// Which payout.
        payout: PayoutId,
    },
    /// The movements of a payout do not make it.
    #[error("{0}")]
    PayoutMismatch(Box<Mismatch>),
}

impl Error {
    /// Whether it is only too early: nothing is wrong, and the payout is looked at again later.
    #[must_use]
    pub const fn is_early(&self) -> bool {
        matches!(self, Self::ListIncomplete { .. })
    }

    /// The reason in snake case, as a parked execution shows it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unsound(canonical::Error::UnsoundJournal { .. }) => "unbalanced",
            Self::Unsound(_) => "malformed_document",
            Self::AccountMissing { .. } => "account_missing",
            Self::UnknownRole { .. } => "unknown_role",
            Self::RateMissing { .. } => "rate_missing",
            Self::RateUnsound { .. } => "rate_unsound",
            Self::PeriodClosed { .. } => "period_closed",
            Self::WrongDay { .. } => "wrong_day",
            Self::ListedTwice { .. } => "listed_twice",
            Self::ListIncomplete { .. } => "list_incomplete",
            Self::NoList { .. } => "no_list",
            Self::PayoutMismatch(_) => "payout_mismatch",
        }
    }
}
