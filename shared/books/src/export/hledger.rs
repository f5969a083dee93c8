//! hledger's journal format.
//!
//! Source: <https://hledger.org/hledger.html#journal>

use std::fmt::Write;

use canonical::{Currency, Journal, JournalLine};

use super::names::Names;
use super::{amount, currencies, origin};
use crate::Chart;

/// The journals as hledger reads them, with every currency and account declared, so that `hledger check --strict` holds.
#[must_use]
pub fn hledger(chart: &Chart, journals: &[Journal]) -> String {
    let names = Names::new(chart, journals);
    let mut text = String::new();
    for currency in currencies(journals) {
        let _ = writeln!(text, "commodity {} {currency}", sample(currency));
    }
    for (code, name) in names.all() {
        let _ = writeln!(text, "account {name}  ; code:{}", value(code.as_str()));
    }
    for journal in journals {
        let head = journal.head();
        let _ = writeln!(text, "\n{} * ({}) {}", head.date, head.key, without(&head.memo, &[';']));
        if let Some(reverses) = &head.reverses {
            let _ = writeln!(text, "    ; reverses:{reverses}");
        }
        if let Some(date) = head.true_date {
            let _ = writeln!(text, "    ; true_date:{date}");
        }
        for line in journal.lines() {
            posting(&mut text, &names, line);
        }
    }
    text
}

fn posting(text: &mut String, names: &Names, line: &JournalLine) {
    let _ = write!(text, "    {}  {}", names.get(&line.account), amount(line));
    let tags: Vec<String> = origin(line).map(|(name, tag)| format!("{name}:{}", value(tag))).collect();
    if !tags.is_empty() {
        let _ = write!(text, "  ; {}", tags.join(", "));
    }
    text.push('\n');
}

/// How a currency's amounts look: it tells hledger to how many digits journals have to balance.
fn sample(currency: Currency) -> String {
    let digits = usize::try_from(currency.digits()).unwrap_or_default();
    format!("1000.{}", "0".repeat(digits))
}

/// A tag's value: a comma would end it.
fn value(text: &str) -> String {
    without(text, &[',', ';'])
}

/// A text on one line, without what would end it there.
fn without(text: &str, ends: &[char]) -> String {
    text.chars().map(|c| if ends.contains(&c) || c.is_control() { ' ' } else { c }).collect()
}
