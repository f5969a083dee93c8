//! Every document of the ledger balances: in the company's currency, and in its own where it has one.

use anyhow::{Context as _, Result};
use std::collections::BTreeSet;

use super::{At, Check, sum};
use crate::month::figures::Figures;
use crate::month::ledger::{by_document, kind};

pub(super) fn balance(figures: &Figures) -> Result<Check> {
    let mut check = Check::new(1, "each journal balances");
    let documents = by_document(&figures.ledger);
    let mut kinds: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for (key, lines) in &documents {
        *kinds.entry(kind(key)).or_default() += 1;
        let first = lines.first().context("a document without a line")?;
        let accounts: BTreeSet<String> =
            lines.iter().map(|line| format!("{} {}", line.account, line.amount)).collect();
        let at = At { day: first.day, account: key, what: "in the company's currency" };
        let base = sum(first.base.currency(), lines.iter().map(|line| line.base))?;
        check.compare(&at, base, canonical::Money::zero(base.currency()), &accounts);
        let own = first.amount.currency();
        if lines.iter().all(|line| line.amount.currency() == own) {
            let at = At { what: "in its own currency", ..at };
            let own = sum(own, lines.iter().map(|line| line.amount))?;
            check.compare(&at, own, canonical::Money::zero(own.currency()), &accounts);
        }
    }
    let kinds: Vec<String> = kinds.into_iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    check.figures.push(format!("{} documents, {} lines", documents.len(), figures.ledger.len()));
    check.figures.push(kinds.join(", "));
    Ok(check)
}
