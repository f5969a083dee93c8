//! The sums of the contract on books (§6), each over the whole month. A sum that is off names the day, the account, both figures and
//! what makes the difference.

mod clearing;
mod journals;
mod open;
mod posted;
mod receivable;
mod transit;

use std::collections::BTreeSet;

use anyhow::Result;
use books::Role;
use canonical::{AccountCode, Currency, Money};
use jiff::civil::Date;

use super::figures::Figures;
use super::ledger::Line;

/// Names that a broken sum shows at most.
const NAMES_MAX: usize = 12;

/// A sum that was checked.
#[derive(Clone, Debug)]
pub(super) struct Check {
    /// As the contract counts it.
    pub(super) number: u8,
    pub(super) name: &'static str,
    /// What was compared.
    pub(super) figures: Vec<String>,
    /// What does not hold.
    pub(super) broken: Vec<String>,
}

impl Check {
    pub(super) fn new(number: u8, name: &'static str) -> Self {
        Self { number, name, figures: Vec::new(), broken: Vec::new() }
    }

    /// Two figures that should be one.
    fn compare(&mut self, at: &At<'_>, ours: Money, theirs: Money, why: &BTreeSet<String>) {
        if ours == theirs {
            return;
        }
        let mut names: Vec<&str> = why.iter().map(String::as_str).take(NAMES_MAX).collect();
        let more = format!("and {} more", why.len().saturating_sub(NAMES_MAX));
        if why.len() > NAMES_MAX {
            names.push(&more);
        }
        let names = if names.is_empty() { "nothing that is known".to_owned() } else { names.join(", ") };
        self.broken.push(format!(
            "§6.{} {}: {}, {}: {} is {ours} and should be {theirs} ({names})",
            self.number, self.name, at.day, at.what, at.account
        ));
    }
}

/// Where a sum was taken.
struct At<'a> {
    day: Date,
    account: &'a str,
    what: &'a str,
}

/// The sums that need no other judge.
pub(super) fn all(figures: &Figures) -> Result<Vec<Check>> {
    Ok(vec![
        journals::balance(figures)?,
        clearing::is_the_balance(figures)?,
        transit::is_under_way(figures)?,
        posted::once(figures)?,
        receivable::is_nothing(figures)?,
        open::is_open(figures)?,
    ])
}

/// The currencies that money settles in.
fn settled_in(figures: &Figures) -> BTreeSet<Currency> {
    figures.movements.iter().map(|movement| movement.net.currency()).collect()
}

fn code(figures: &Figures, role: &Role) -> Result<AccountCode> {
    Ok(figures.books.code(role)?)
}

/// The lines of an account.
fn on<'a>(figures: &'a Figures, account: &'a AccountCode) -> impl Iterator<Item = &'a Line> {
    figures.ledger.iter().filter(move |line| line.account == *account)
}

/// The sum of some amounts of one currency.
fn sum(currency: Currency, amounts: impl IntoIterator<Item = Money>) -> Result<Money> {
    Ok(Money::sum(currency, amounts)?)
}
