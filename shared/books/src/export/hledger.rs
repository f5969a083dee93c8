//! hledger's journal format.
//!
//! Source: <https://hledger.org/hledger.html#journal>

use std::borrow::Cow;
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
    let _ = write!(text, "    {}  ", names.get(&line.account));
    amount(text, line);
    for (at, (name, tag)) in origin(line).enumerate() {
        text.push_str(if at == 0 { "  ; " } else { ", " });
        text.push_str(name);
        text.push(':');
        text.push_str(&value(tag));
    }
    text.push('\n');
}

/// How a currency's amounts look: it tells hledger to how many digits journals have to balance.
fn sample(currency: Currency) -> String {
    let digits = usize::try_from(currency.digits()).unwrap_or_default();
    format!("1000.{}", "0".repeat(digits))
}

/// A tag's value: a comma would end it.
fn value(text: &str) -> Cow<'_, str> {
    without(text, &[',', ';'])
}

/// A text on one line, without what would end it there.
fn without<'a>(text: &'a str, ends: &[char]) -> Cow<'a, str> {
    let is_end = |c: char| ends.contains(&c) || c.is_control();
    if text.contains(is_end) { text.replace(is_end, " ").into() } else { text.into() }
}
