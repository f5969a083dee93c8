//! What can go wrong between us and the ERP, and what the engine is to do about each.

use canonical::{Currency, NaturalKey};
use flow::{Class, Fault};
use outbound::Problem;

use crate::document::Kind;
use crate::refusal;

/// A fault of this connector. No variant holds a secret, a name or a mail address.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// No answer, or none that can be read as an answer.
    #[error(transparent)]
    Transport(#[from] outbound::Error),
    /// The ERP answered with another status than 2xx.
    #[error("the ERP refused to {}: {problem}; {}", problem.action, refusal::advice(problem))]
    Refused {
        /// What it means.
        problem: Box<Problem>,
    },
    /// Our own document is wrong; nothing was sent.
    #[error("{source}; nothing was sent to the ERP: correct the mapping, then replay")]
    Unsound {
        /// What is wrong with it.
        source: canonical::Error,
    },
    /// A document of nothing, or of less.
    #[error(
        "the {kind} {key} has an amount of {amount}, and only more than nothing can be booked; nothing was sent to the ERP: correct the mapping, then replay"
    )]
    NothingToBook {
        /// Its kind.
        kind: Kind,
        /// The key.
        key: NaturalKey,
        /// The amount.
        amount: String,
    },
    /// A journal of a company with another currency.
    #[error(
        "the journal {key} is kept in {theirs} and the company's books are in {ours}; nothing was sent to the ERP: correct the mapping or erp.currency, then replay"
    )]
    OtherBooks {
        /// The key.
        key: NaturalKey,
        /// The journal's currency.
        theirs: Currency,
        /// The company's.
        ours: Currency,
    },
    /// A role without an account.
    #[error(
        "nothing was sent to the ERP: add erp.accounts.{role} to the pair in the environment file, deploy, then replay"
    )]
    AccountMissing {
        /// The role.
        role: &'static str,
    },
    /// A currency without a rate.
    #[error(
        "there is no rate of {currency} in {company} above nothing; nothing was sent to the ERP: add erp.rates.{currency} to the pair in the environment file or correct the mapping, then replay"
    )]
    RateMissing {
        /// The currency.
        currency: Currency,
        /// The company's.
        company: Currency,
    },
    /// What it is to be booked against is not there.
    #[error(
        "the ERP cannot {} before the sale is booked: {problem}; it is tried again; where the sale does not come, book it, then replay",
        problem.action
    )]
    NotBooked {
        /// What the ERP said.
        problem: Box<Problem>,
    },
    /// The key holds another document.
    #[error(
        "the ERP's {kind} {id} holds other content under {key}; compare the two, correct one of them, then replay"
    )]
    ContentDiffers {
        /// Its kind.
        kind: Kind,
        /// The key.
        key: NaturalKey,
        /// The ERP's id.
        id: String,
    },
    /// What the ERP keeps comes to another amount.
    #[error("the ERP's {kind} {id} comes to {theirs}, ours to {ours}; correct it there, then replay")]
    TotalDiffers {
        /// Its kind.
        kind: Kind,
        /// The ERP's id.
        id: String,
        /// What we sent.
        ours: String,
        /// What it says, redacted.
        theirs: String,
    },
    /// Two documents under one key, and one that cannot be taken back.
    #[error("the ERP has more than one {kind} under {key}: {kept} is kept, reverse {others}, then replay")]
    DuplicateDocument {
        /// Their kind.
        kind: Kind,
        /// The key.
        key: NaturalKey,
        /// The lowest id.
        kept: String,
        /// The others.
        others: String,
    },
    /// All documents of the key are cancelled.
    #[error("the ERP's {kind} {id} under {key} is cancelled; reopen it there or discard this execution")]
    DocumentCancelled {
        /// Its kind.
        kind: Kind,
        /// The key.
        key: NaturalKey,
        /// The ERP's id.
        id: String,
    },
    /// A document that was confirmed, and is not.
    #[error("the ERP's order {id} is `{state}` after it was confirmed")]
    NotConfirmed {
        /// The ERP's id.
        id: String,
        /// Its state, redacted.
        state: String,
    },
    /// A document that is there by one answer and not by another: the list lags behind.
    #[error("the ERP has a {kind} under {key} and does not list it yet; it is looked for again")]
    NotListed {
        /// Its kind.
        kind: Kind,
        /// The key.
        key: NaturalKey,
    },
    /// The ERP makes the invoices, and has not made this one.
    #[error("the ERP has billed {billed} of order {order} so far; it is looked for again")]
    NotInvoiced {
        /// The order's key.
        order: NaturalKey,
        /// What is billed.
        billed: String,
    },
    /// More invoices since the order was placed than are looked through.
    #[error(
        "none of {rows} invoices is that of order {order}; find it in the ERP, then discard this execution"
    )]
    SearchTooWide {
        /// The order's key.
        order: NaturalKey,
        /// How many were looked at.
        rows: usize,
    },
    /// The ERP is another company's.
    #[error(
        "the ERP's company keeps its books in {theirs}, the environment file says {ours}; correct erp.base_url or erp.currency"
    )]
    WrongCompany {
        /// As the environment file says.
        ours: String,
        /// As the ERP says, redacted.
        theirs: String,
    },
    /// A key or SKU that cannot stand in a path.
    #[error("`{key}` cannot be the key of an {kind}: no URL can hold it")]
    Unaddressable {
        /// Of what.
        kind: Kind,
        /// The text.
        key: String,
    },
}

impl Error {
    /// What the engine does.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Transport(error) => error.class(),
            Self::Refused { problem } => refusal::class(problem),
            Self::NotConfirmed { .. } | Self::NotListed { .. } => Class::Conflict,
            Self::NotInvoiced { .. } | Self::NotBooked { .. } => Class::NotFound,
            Self::Unsound { .. }
            | Self::NothingToBook { .. }
            | Self::OtherBooks { .. }
            | Self::AccountMissing { .. }
            | Self::RateMissing { .. }
            | Self::ContentDiffers { .. }
            | Self::TotalDiffers { .. }
            | Self::DuplicateDocument { .. }
            | Self::DocumentCancelled { .. }
            | Self::SearchTooWide { .. }
            | Self::WrongCompany { .. }
            | Self::Unaddressable { .. } => Class::Validation,
        }
    }

    /// The reason in snake case; the ERP's own where it gave one.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Transport(error) => error.code(),
            Self::Refused { problem } => &problem.code,
            Self::Unsound { source: canonical::Error::DoesNotAddUp { .. } } => "does_not_add_up",
            Self::Unsound { .. } | Self::NothingToBook { .. } => "malformed_document",
            Self::WrongCompany { .. } | Self::OtherBooks { .. } => "wrong_company",
            Self::AccountMissing { .. } => "account_missing",
            Self::RateMissing { .. } => "rate_missing",
            Self::NotBooked { .. } => "invoice_unknown",
            Self::ContentDiffers { .. } => "content_differs",
            Self::TotalDiffers { .. } => "total_mismatch",
            Self::DuplicateDocument { .. } => "duplicate_document",
            Self::DocumentCancelled { .. } => "document_cancelled",
            Self::NotConfirmed { .. } => "not_confirmed",
            Self::NotListed { .. } => "not_listed",
            Self::NotInvoiced { .. } => "not_invoiced",
            Self::SearchTooWide { .. } => "search_too_wide",
            Self::Unaddressable { .. } => "unaddressable",
        }
    }

    /// What the ERP refused, where it did.
    pub(crate) fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Refused { problem } => Some(problem),
            _ => None,
        }
    }

    /// Whether all is billed, given back or paid already, by whichever document.
    pub(crate) fn says_nothing_is_left(&self) -> bool {
        self.problem().is_some_and(refusal::says_nothing_is_left)
    }

    /// The same; but where the ERP does not know what it is booked against, whose booking may be under way, it waits for that.
    pub(crate) fn waiting_for_the_sale(self) -> Self {
        match self {
            Self::Refused { problem } if refusal::is_of_an_unknown_sale(&problem) => {
                Self::NotBooked { problem }
            }
            other => other,
        }
    }

    /// Whether the key holds other content than we sent, by the ERP's hash of it.
    pub(crate) fn is_content_differs(&self) -> bool {
        self.problem().is_some_and(|problem| problem.status == 409 && problem.code == "content_differs")
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let (class, message) = (error.class(), error.to_string());
        match &error {
            Error::Refused { problem } => problem.fault(class, message),
            Error::NotBooked { problem } => {
                Self { code: error.code().to_owned(), ..problem.fault(class, message) }
            }
            other => Self::new(class, other.code(), message),
        }
    }
}
