//! Why the books cannot be kept.

use canonical::PayoutId;
use flow::{Class, Fault, StoreError};

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
    /// Somebody else has gone on with the same payout meanwhile.
    #[error("another execution reconciles {payout} as well; it is looked at again")]
    Overtaken {
        /// Which.
        payout: PayoutId,
    },
    /// The environment file.
    #[error("{what}; correct the environment file")]
    Settings {
        /// What is wrong.
        what: String,
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
            Error::Overtaken { .. } => Self::new(Class::Conflict, "payout_overtaken", message),
            Error::Settings { .. } => Self::new(Class::Validation, "settings", message),
            Error::NoPair => Self::new(Class::Validation, "no_pair", message),
        }
    }
}
