//! What Stripe lists for a day is posted for that day, each movement once: every document moves on the clearing account exactly what
//! the movements come to that it is said to book, and none moves anything that no movement explains.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use books::Role;
use canonical::Money;
use jiff::civil::Date;

use super::{At, Check, code, on, settled_in, sum};
use crate::month::figures::{Figures, Movement};

/// What a document is said to book.
struct Said<'a> {
    day: Date,
    amount: Money,
    of: BTreeSet<&'a str>,
}

pub(super) fn once(figures: &Figures) -> Result<Check> {
    let mut check = Check::new(4, "what Stripe lists for a day is posted for that day, each once");
    for currency in settled_in(figures) {
        let account = code(figures, &Role::StripeClearing(currency))?;
        let mut said: BTreeMap<&str, Said<'_>> = BTreeMap::new();
        let (mut listed, mut parts) = (0, 0);
        let of_it = |one: &&Movement| one.net.currency() == currency && one.day <= figures.through;
        for movement in figures.movements.iter().filter(of_it) {
            listed += 1;
            let of = [(&movement.gross_in, movement.amount), (&movement.fee_in, movement.fee.negated()?)];
            for (document, amount) in of.into_iter().filter(|(_, amount)| !amount.is_zero()) {
                let Some(document) = document else {
                    let Movement { id, day, category, .. } = movement;
                    check.broken.push(format!("§6.4: {day}: nobody books {amount} of {id} ({category})"));
                    continue;
                };
                parts += 1;
                let none = Said { day: movement.day, amount: Money::zero(currency), of: BTreeSet::new() };
                let said = said.entry(document).or_insert(none);
                said.amount = said.amount.checked_add(amount)?;
                said.of.insert(&movement.id);
                if said.day != movement.day {
                    let (id, day) = (&movement.id, movement.day);
                    check.broken.push(format!("§6.4: {document} of {} books {id} of {day}", said.day));
                }
            }
        }
        let mut posted: BTreeMap<&str, (Date, Money)> = BTreeMap::new();
        for line in on(figures, &account).filter(|line| line.day <= figures.through) {
            let sum = posted.entry(&line.document).or_insert((line.day, Money::zero(currency)));
            sum.1 = sum.1.checked_add(line.amount)?;
        }
        for (document, said) in &said {
            let (day, ours) = posted.get(document).copied().unwrap_or((said.day, Money::zero(currency)));
            let why = said.of.iter().map(|id| (*id).to_owned()).collect();
            check.compare(&At { day: said.day, account: document, what: "posted" }, ours, said.amount, &why);
            if day != said.day {
                check.broken.push(format!("§6.4: {document} is of {} and booked on {day}", said.day));
            }
        }
        for (document, (day, amount)) in posted.iter().filter(|(key, _)| !said.contains_key(*key)) {
            check.broken.push(format!("§6.4: {day}: {document} moves {amount}, which no movement explains"));
        }
        let ours = sum(currency, posted.values().map(|(_, amount)| *amount))?;
        check.figures.push(format!(
            "{currency}: {listed} movements in {parts} parts, {} documents, Σ {ours}",
            said.len()
        ));
    }
    Ok(check)
}
