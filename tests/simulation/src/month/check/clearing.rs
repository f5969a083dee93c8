//! The account that mirrors Stripe's balance is that balance, at each day's end and in each currency.

use std::collections::BTreeSet;

use anyhow::Result;
use books::Role;
use canonical::Money;

use super::{At, Check, code, on, settled_in, sum};
use crate::month::figures::Figures;
use crate::month::ledger::by_document;

pub(super) fn is_the_balance(figures: &Figures) -> Result<Check> {
    let mut check = Check::new(2, "stripe_clearing is Stripe's balance at each day's end");
    let documents = by_document(&figures.ledger);
    for currency in settled_in(figures) {
        let account = code(figures, &Role::StripeClearing(currency))?;
        let of_it = || figures.movements.iter().filter(move |movement| movement.net.currency() == currency);
        let moved = sum(currency, of_it().map(|movement| movement.net))?;
        let now = figures.balance.get(&currency).copied().unwrap_or(Money::zero(currency));
        let at = At { day: figures.through, account: "Stripe's balance", what: "now, against its movements" };
        check.compare(&at, now, moved, &BTreeSet::new());
        let mut days = 0;
        for day in figures.days() {
            days += 1;
            let ours = on(figures, &account).filter(|line| line.day <= day).map(|line| line.amount);
            // A line in another currency than its account's is an error of its own.
            let ours = sum(currency, ours)?;
            let later = sum(currency, of_it().filter(|one| one.day > day).map(|one| one.net))?;
            let theirs = now.checked_sub(later)?;
            let is_off = |document: &Option<String>| {
                let lines = document.as_deref().and_then(|key| documents.get(key));
                lines.is_none_or(|lines| lines.iter().any(|line| line.day != day))
            };
            let that_day = of_it().filter(|one| one.day == day);
            let off =
                that_day.filter(|one| is_off(&one.gross_in) || (!one.fee.is_zero() && is_off(&one.fee_in)));
            let why = off.map(|one| format!("{} {} {}", one.id, one.category, one.net)).collect();
            check.compare(
                &At { day, account: &format!("{account} {currency}"), what: "day's end" },
                ours,
                theirs,
                &why,
            );
        }
        let last = on(figures, &account).filter(|line| line.day <= figures.through).map(|line| line.amount);
        check.figures.push(format!(
            "{account} {currency}: {days} days' ends, the last {}; Stripe has {now} now",
            sum(currency, last)?
        ));
    }
    Ok(check)
}
