//! Beancount's format.
//!
//! Source: <https://beancount.github.io/docs/beancount_language_syntax.html>

use std::fmt::Write;

use canonical::Journal;

use super::names::Names;
use super::{amount, origin};
use crate::{Chart, Ledger};

/// The journals as Beancount reads them. Every account is opened on the day of the first journal.
#[must_use]
pub fn beancount(ledger: &Ledger, journals: &[Journal]) -> String {
    text(&ledger.chart, journals, ledger.rates.company().code())
}

fn text(chart: &Chart, journals: &[Journal], company: &str) -> String {
    let names = Names::new(chart, journals);
    let mut text = format!("option \"operating_currency\" \"{company}\"\n");
    if let Some(first) = journals.iter().map(Journal::date).min() {
        for (code, name) in names.all() {
            let _ = writeln!(text, "{first} open {name}\n  code: {}", quoted(code.as_str()));
        }
    }
    for journal in journals {
        let head = journal.head();
        let _ = writeln!(text, "\n{} * {} {}", head.date, quoted(head.key.as_str()), quoted(&head.memo));
        if let Some(reverses) = &head.reverses {
            let _ = writeln!(text, "  reverses: {}", quoted(reverses.as_str()));
        }
        if let Some(date) = head.true_date {
            let _ = writeln!(text, "  true_date: {date}");
        }
        for line in journal.lines() {
            let _ = write!(text, "  {}  ", names.get(&line.account));
            amount(&mut text, line);
            text.push('\n');
            for (name, value) in origin(line) {
                let _ = writeln!(text, "    {name}: {}", quoted(value));
            }
        }
    }
    text
}

fn quoted(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("\"{}\"", clean.replace('\\', "\\\\").replace('"', "\\\""))
}
