//! Journals as plain text, for judges that we did not write: hledger and Beancount.

mod beancount;
mod hledger;
mod names;

pub use beancount::beancount;
pub use hledger::hledger;

use std::collections::BTreeSet;
use std::fmt::Write;

use canonical::{
    BalanceTransactionId, Currency, IncrementId, Journal, JournalLine, NaturalKey, PayoutId, SourceId,
};

/// An amount, with what it is in the company's currency where that is another: `92.00 EUR @@ 100.00 USD`. The total price has no
/// sign, in both languages.
///
/// Sources: <https://hledger.org/hledger.html#costs>,
/// <https://beancount.github.io/docs/beancount_language_syntax.html#costs-and-prices>
fn amount(text: &mut String, line: &JournalLine) {
    let _ = write!(text, "{}", line.amount);
    if line.amount.currency() != line.base.currency() {
        let _ = write!(text, " @@ {} {}", line.base.to_decimal().abs(), line.base.currency());
    }
}

/// What a line comes from, by name.
fn origin(line: &JournalLine) -> impl Iterator<Item = (&'static str, &str)> {
    [
        ("bt", line.transaction.as_ref().map(BalanceTransactionId::as_str)),
        ("source", line.source.as_ref().map(SourceId::as_str)),
        ("order", line.order.as_ref().map(IncrementId::as_str)),
        ("payout", line.payout.as_ref().map(PayoutId::as_str)),
        ("party", line.party.as_ref().map(NaturalKey::as_str)),
        ("tax", line.tax_code.as_deref()),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
}

/// Every currency that occurs.
fn currencies(journals: &[Journal]) -> BTreeSet<Currency> {
    let lines = journals.iter().flat_map(Journal::lines);
    lines.flat_map(|line| [line.amount.currency(), line.base.currency()]).collect()
}
