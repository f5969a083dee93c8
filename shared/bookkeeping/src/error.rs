//! Why the books cannot be kept.

use books::audit::{Check, Difference};
use canonical::{AccountCode, Money};
use flow::{Class, Fault, StoreError};
use jiff::civil::Date;

/// What stands in the way.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// As Stripe answers.
    #[error(transparent)]
    Stripe(#[from] stripe::Error),
    /// As the shop answers.
    #[error(transparent)]
    Magento(#[from] magento::Error),
    /// As the ERP answers.
    #[error(transparent)]
    Erp(#[from] erp::Error),
    /// What cannot be posted, or does not add up.
    #[error(transparent)]
    Books(#[from] books::Error),
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Somebody else has gone on with the same work meanwhile.
    #[error("another execution works on {row} as well; it is looked at again")]
    Overtaken {
        /// Its row.
        row: String,
    },
    /// The balance moved while it was read.
    #[error("Stripe's balance moved while it was read; it is read again")]
    Moving,
    /// An account says something else than what it mirrors.
    #[error("{}", told(account, found, *too_much))]
    Differs {
        /// The account.
        account: AccountCode,
        /// Which check, both figures, and the movements that may make the difference.
        found: Box<Difference>,
        /// What the books say less what they should.
        too_much: Money,
    },
    /// A day beyond the calendar.
    #[error("{day} is no day that can be posted")]
    NoDay {
        /// Which.
        day: Date,
    },
    /// A call without a pair (a mistake of ours).
    #[error("the books are asked without a pair")]
    NoPair,
}

/// Movements that a message names.
const NAMED_MAX: usize = 5;

/// Day, account, both figures, what may make the difference, and what to do.
fn told(account: &AccountCode, found: &Difference, too_much: Money) -> String {
    let Difference { check, day, account: role, ours, theirs, transactions, .. } = found;
    let (mirrored, advice) = match check {
        Check::InTransit => (
            "the payouts that have not arrived are",
            "look at those payouts in Stripe and at the account's lines in the ERP",
        ),
        Check::Disputes => (
            "what open disputes hold is",
            "look at those disputes in Stripe and at the account's lines in the ERP",
        ),
        _ => (
            "Stripe's balance is",
            "`tillbridge parked` shows what is not booked yet; what stood there before tillbridge is an opening entry of your own",
        ),
    };
    let mut named: Vec<&str> = transactions.iter().take(NAMED_MAX).map(|id| id.as_str()).collect();
    if transactions.len() > NAMED_MAX {
        named.push("…");
    }
    let by = if named.is_empty() { String::new() } else { format!(", which may be {}", named.join(", ")) };
    format!(
        "at the end of {day} account {account} ({role}) is {ours} and {mirrored} {theirs}: {too_much} too much in the books{by}. {advice}"
    )
}

impl From<canonical::Error> for Error {
    fn from(error: canonical::Error) -> Self {
        Self::Books(error.into())
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::Stripe(error) => error.into(),
            Error::Magento(error) => error.into(),
            Error::Erp(error) => error.into(),
            Error::Books(error) if error.is_early() => Self::new(Class::NotFound, error.code(), message),
            Error::Books(error) => Self::new(Class::Validation, error.code(), message),
            Error::Store(error) => flow::stored::fault(&error),
            Error::Overtaken { .. } => Self::new(Class::Conflict, "overtaken", message),
            Error::Moving => Self::new(Class::Conflict, "balance_moving", message),
            // What is under way is soon booked: it is waited for as for a thing that is not there yet.
            Error::Differs { found, .. } => {
                let code = match found.check {
                    Check::InTransit => "transit_differs",
                    Check::Disputes => "disputes_differ",
                    _ => "clearing_differs",
                };
                Self::new(Class::NotFound, code, message)
            }
            Error::NoDay { .. } => Self::new(Class::Validation, "no_day", message),
            Error::NoPair => Self::new(Class::Validation, "no_pair", message),
        }
    }
}
