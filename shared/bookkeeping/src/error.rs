//! Why the books cannot be kept.

use books::Role;
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
    /// The mirror of the balance says something else.
    #[error(
        "at the end of {day} account {account} ({role}) is {books} and Stripe's balance {stripe}: {difference} too much in the books. \
         `tillbridge parked` shows what is not booked yet; what stood there before tillbridge is an opening entry of your own"
    )]
    ClearingDiffers {
        /// Which day's end.
        day: Date,
        /// The account.
        account: AccountCode,
        /// Its role, with the currency.
        role: Box<Role>,
        /// What the ERP says.
        books: Money,
        /// What Stripe says.
        stripe: Money,
        /// The first less the second.
        difference: Money,
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
            Error::ClearingDiffers { .. } => Self::new(Class::NotFound, "clearing_differs", message),
            Error::NoDay { .. } => Self::new(Class::Validation, "no_day", message),
            Error::NoPair => Self::new(Class::Validation, "no_pair", message),
        }
    }
}
