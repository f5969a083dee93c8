//! What can be wrong with a value at the edge.

/// A value that was refused where it entered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A currency code that ISO 4217 does not list.
    #[error("`{code}` is not an ISO 4217 currency; correct it where it comes from")]
    UnknownCurrency {
        /// The text that was given, cut to 16 characters.
        code: String,
    },
    /// A currency that Stripe does not offer, so that its unit there is not known.
    #[error("Stripe does not take {currency}")]
    NotAtStripe {
        /// The currency.
        currency: crate::Currency,
    },
    /// An amount with more digits than its currency has.
    #[error("{amount} has more decimals than {currency} ({digits}); round it first or correct it")]
    TooPrecise {
        /// The amount as text.
        amount: String,
        /// Its currency.
        currency: crate::Currency,
        /// The decimals that the currency has.
        digits: u32,
    },
    /// An amount that does not fit 64 bits of minor units.
    #[error("the amount {amount} {currency} is too large to be money")]
    OutOfRange {
        /// The amount as text.
        amount: String,
        /// Its currency.
        currency: crate::Currency,
    },
    /// Two amounts that are not in one currency met.
    #[error("{left} and {right} cannot be added: convert one of them first")]
    CurrencyMismatch {
        /// The currency of the first amount.
        left: crate::Currency,
        /// The currency of the other.
        right: crate::Currency,
    },
    /// Text that is no decimal number.
    #[error("`{text}` is not a decimal number")]
    NotANumber {
        /// The text, cut to 40 characters.
        text: String,
    },
    /// An id of the wrong form.
    #[error("`{text}` is not {expected}")]
    MalformedId {
        /// What it should have been, with its article.
        expected: &'static str,
        /// The text, cut to 40 characters.
        text: String,
    },
    /// Nothing to divide by: no weights, or all of them zero.
    #[error("an amount cannot be allocated over weights that are absent, negative or all zero")]
    NoWeights,
    /// A document whose parts do not add up to its total.
    #[error("{document} does not add up: parts make {parts}, its total says {total}")]
    DoesNotAddUp {
        /// Which document.
        document: String,
        /// What the parts add up to.
        parts: crate::Money,
        /// What the document says.
        total: crate::Money,
    },
    /// A movement of the balance whose net is not what is left of its amount after the fee.
    #[error("{transaction} is no movement that can be booked: {amount} less a fee of {fee} is not {net}")]
    NetDiffers {
        /// Which.
        transaction: crate::BalanceTransactionId,
        /// Its amount.
        amount: crate::Money,
        /// What it cost.
        fee: crate::Money,
        /// What it says is left.
        net: crate::Money,
    },
    /// A journal that must not be booked.
    #[error("the journal {key} cannot be booked: {fault}")]
    UnsoundJournal {
        /// Its key.
        key: crate::NaturalKey,
        /// What is wrong with it.
        fault: crate::journal::Unsound,
    },
}

/// The first `max` characters of a text, masked before it is cut: an error carries no whole body, and no half of a mail address
/// that nothing recognises any more.
pub(crate) fn cut(text: &str, max: usize) -> String {
    crate::redact(text, max)
}
