//! What each order owes is nothing, or a person is told why not.

use std::collections::BTreeMap;

use anyhow::Result;
use books::Role;
use canonical::{Currency, Money};

use super::{Check, code, on};
use crate::month::figures::{Figures, Sold};

pub(super) fn is_nothing(figures: &Figures) -> Result<Check> {
    let mut check = Check::new(5, "each order owes nothing, or a person is told why");
    let account = code(figures, &Role::Receivable)?;
    let mut owed: BTreeMap<(&str, Currency), Money> = BTreeMap::new();
    for line in on(figures, &account) {
        let Some(party) = line.party.as_deref() else {
            check.broken.push(format!("§6.5: {}: {} is nobody's on {account}", line.day, line.document));
            continue;
        };
        let currency = line.amount.currency();
        let sum = owed.entry((party, currency)).or_insert(Money::zero(currency));
        *sum = sum.checked_add(line.amount)?;
    }
    let orders: BTreeMap<&str, &Sold> =
        figures.orders.iter().map(|order| (order.party.as_str(), order)).collect();
    let mut explained: BTreeMap<String, BTreeMap<Currency, (usize, Money)>> = BTreeMap::new();
    let mut settled = 0;
    for ((party, currency), amount) in &owed {
        let Some(order) = orders.get(party) else {
            check.broken.push(format!("§6.5: {party} owes {amount} and is the customer of no order"));
            continue;
        };
        if amount.is_zero() {
            settled += 1;
            continue;
        }
        let Sold { number, parked, .. } = order;
        if parked.is_empty() {
            check.broken.push(format!(
                "§6.5: {}: order {number} owes {amount} of {} on {account}, and no person is told ({})",
                figures.through,
                order.paid,
                documents(figures, party)
            ));
            continue;
        }
        let reasons: Vec<&str> = parked.iter().map(String::as_str).collect();
        let of = explained.entry(reasons.join(" + ")).or_default();
        let sum = of.entry(*currency).or_insert((0, Money::zero(*currency)));
        *sum = (sum.0 + 1, sum.1.checked_add(*amount)?);
    }
    check.figures.push(format!("{settled} of {} orders with a customer's account owe nothing", owed.len()));
    for (reason, sums) in explained {
        let sums: Vec<String> = sums.values().map(|(count, sum)| format!("{count} orders {sum}")).collect();
        check.figures.push(format!("open, {reason}: {}", sums.join(", ")));
    }
    Ok(check)
}

fn documents(figures: &Figures, party: &str) -> String {
    let of_it = figures.ledger.iter().filter(|line| line.party.as_deref() == Some(party));
    let said: Vec<String> =
        of_it.map(|line| format!("{} {} {}", line.day, line.document, line.amount)).collect();
    said.join(", ")
}
