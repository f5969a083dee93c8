//! Natural keys of what is posted: `tb:<account>:<kind>:<id>`. The version of a rule is in none of them: what is posted once is
//! posted for good, and a correction (`:r<n>`) is a document of its own.

use std::fmt::Display;

use canonical::{
    BalanceTransaction, BalanceTransactionId, Category, Currency, DisputeId, NaturalKey, PayoutId,
    StripeAccount,
};
use jiff::civil::Date;

use crate::Error;

/// The journal of one movement.
///
/// # Errors
/// Too long for a key.
pub fn transaction(account: &StripeAccount, id: &BalanceTransactionId) -> Result<NaturalKey, Error> {
    key(account, "bt", id)
}

/// What a day's journal is posted with. Each has keys of its own, so that the movements of one are said once and for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Batch {
    /// The day itself; from the second part on, what turned up later.
    Day {
        /// 1 and up.
        part: u32,
    },
    /// A night's run: the day that it closes, and what of the days before it nobody had booked.
    Night {
        /// The day that it closes.
        closes: Date,
    },
    /// A payout, whose movements are not posted yet.
    Payout {
        /// Which.
        payout: PayoutId,
        /// 1 and up.
        part: u32,
    },
}

/// The journal of a day in a currency.
///
/// # Errors
/// Too long for a key.
pub fn day(
    account: &StripeAccount,
    date: Date,
    currency: Currency,
    batch: &Batch,
) -> Result<NaturalKey, Error> {
    match batch {
        Batch::Night { closes } => {
            // What turns up a day later is the second part, and so on: one night has one part of each day.
            let days = closes.duration_since(date).as_hours() / 24;
            let part = u32::try_from(days).map_or(1, |days| days + 1);
            day(account, date, currency, &Batch::Day { part })
        }
        Batch::Day { part: 0 | 1 } => key(account, "day", format_args!("{date}:{currency}")),
        Batch::Day { part } => key(account, "day", format_args!("{date}:{currency}:{part}")),
        Batch::Payout { payout, part: 0 | 1 } => {
            key(account, "day", format_args!("{date}:{currency}:{payout}"))
        }
        Batch::Payout { payout, part } => {
            key(account, "day", format_args!("{date}:{currency}:{payout}:{part}"))
        }
    }
}

/// The arrival of a payout at the bank.
///
/// # Errors
/// Too long for a key.
pub fn payout_paid(account: &StripeAccount, payout: &PayoutId) -> Result<NaturalKey, Error> {
    key(account, "payout", format_args!("{payout}:paid"))
}

/// The loss of a dispute, which moves nothing at Stripe.
///
/// # Errors
/// Too long for a key.
pub fn dispute_lost(account: &StripeAccount, dispute: &DisputeId) -> Result<NaturalKey, Error> {
    key(account, "dispute", format_args!("{dispute}:lost"))
}

/// The `n`th correction of a document.
///
/// # Errors
/// Too long for a key.
pub fn correction(of: &NaturalKey, n: u32) -> Result<NaturalKey, Error> {
    Ok(format!("{of}:r{n}").try_into()?)
}

/// The document that the ERP has of a movement by itself: the payment of a charge, the payment back of a refund, that of a refund that
/// came back. None of others.
#[must_use]
pub fn document(account: &StripeAccount, transaction: &BalanceTransaction) -> Option<NaturalKey> {
    let kind = match transaction.reporting_category {
        Category::Charge => "payment",
        Category::Refund => "refund",
        Category::RefundFailure => "refund_failure",
        _ => return None,
    };
    key(account, kind, transaction.source.as_ref()?).ok()
}

fn key(account: &StripeAccount, kind: &str, id: impl Display) -> Result<NaturalKey, Error> {
    Ok(format!("tb:{account}:{kind}:{id}").try_into()?)
}
