//! Beancount's format.
//!
//! Source: <https://beancount.github.io/docs/beancount_language_syntax.html>

use std::fmt::Write;

use canonical::Journal;
use rust_decimal::Decimal;

use super::names::Names;
use super::{amount, origin};
use crate::Ledger;

/// The journals as Beancount reads them. Every account is opened on the day of the first journal.
///
/// Beancount divides a total price by its amount and multiplies again, with 28 digits, and allows no difference where no amount of an
/// entry shows how precise its currency is; so a thousandth of the smallest unit is allowed
/// (<https://beancount.github.io/docs/precision_tolerances.html#default-tolerances>).
#[must_use]
pub fn beancount(ledger: &Ledger, journals: &[Journal]) -> String {
    let company = ledger.rates.company();
    let tolerance = Decimal::new(1, company.digits() + 3);
    let names = Names::new(&ledger.chart, journals);
    let mut text = format!("option \"operating_currency\" \"{company}\"\n");
    let _ = writeln!(text, "option \"inferred_tolerance_default\" \"{company}:{tolerance}\"");
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
