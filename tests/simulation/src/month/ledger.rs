//! The ERP's ledger as its own export has it, with money as money; and as journals, for those that read plain text.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use canonical::{AccountCode, Currency, Journal, JournalHead, JournalLine, Money};
use jiff::civil::Date;
use sandbox::LedgerLine;

/// A line of the ledger.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// The key of the document that posts it.
    pub(super) document: String,
    pub(super) day: Date,
    pub(super) account: AccountCode,
    /// Debit above nothing.
    pub(super) amount: Money,
    /// In the company's currency.
    pub(super) base: Money,
    pub(super) party: Option<String>,
}

/// The lines that say something: a document's parts of nothing are left out.
pub(super) fn lines(of: Vec<LedgerLine>) -> Result<Vec<Line>> {
    let company: Currency = "USD".parse()?;
    let line = |line: LedgerLine| {
        let currency: Currency = line.currency.parse()?;
        Ok(Line {
            account: line.account.parse()?,
            amount: Money::exact(line.amount, currency).with_context(|| line.document.clone())?,
            base: Money::exact(line.base, company).with_context(|| line.document.clone())?,
            document: line.document,
            day: line.date,
            party: line.party,
        })
    };
    let all = of.into_iter().map(line).collect::<Result<Vec<_>>>()?;
    Ok(all.into_iter().filter(|line| !line.amount.is_zero() || !line.base.is_zero()).collect())
}

/// The lines of each document.
pub(super) fn by_document(lines: &[Line]) -> BTreeMap<&str, Vec<&Line>> {
    let mut documents: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
    for line in lines {
        documents.entry(&line.document).or_default().push(line);
    }
    documents
}

/// Every document as a journal, by day.
pub(super) fn journals(lines: &[Line]) -> Result<Vec<Journal>> {
    let mut journals = Vec::new();
    for (key, lines) in by_document(lines) {
        let date = lines.first().context("a document without a line")?.day;
        let (key, memo) = (key.parse()?, kind(key).to_owned());
        let head = JournalHead { key, date, memo, reverses: None, true_date: None };
        let of = |line: &&Line| -> Result<JournalLine> {
            let party = line.party.as_deref().map(str::parse).transpose()?;
            Ok(JournalLine { party, ..JournalLine::new(line.account.clone(), line.amount, line.base) })
        };
        journals.push(Journal::new(head, lines.iter().map(of).collect::<Result<_>>()?)?);
    }
    journals.sort_by_key(Journal::date);
    Ok(journals)
}

/// What a document is, by its key: `tb:<account>:<kind>:<id>`.
pub(super) fn kind(key: &str) -> &str {
    key.split(':').nth(2).unwrap_or("document")
}
