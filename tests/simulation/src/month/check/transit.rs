//! What is in transit is what has left and has not arrived; the bank has what arrived and stayed; and a payout is the sum of its list.

use std::collections::BTreeSet;

use anyhow::Result;
use books::Role;
use canonical::{Currency, Money};
use jiff::civil::Date;

use super::{At, Check, code, on, settled_in, sum};
use crate::month::figures::{Figures, Payout};

pub(super) fn is_under_way(figures: &Figures) -> Result<Check> {
    let mut check =
        Check::new(3, "cash_in_transit is what has not arrived; each payout is the sum of its list");
    for currency in settled_in(figures) {
        let (transit, bank) =
            (code(figures, &Role::CashInTransit(currency))?, code(figures, &Role::Bank(currency))?);
        let of_it = || figures.payouts.iter().filter(move |payout| payout.amount.currency() == currency);
        for day in figures.days() {
            let under_way: Vec<&Payout> =
                of_it().filter(|payout| stands(payout, day) == Stands::UnderWay).collect();
            let arrived = of_it().filter(|payout| stands(payout, day) == Stands::Arrived);
            let upto =
                |account| on(figures, account).filter(move |line| line.day <= day).map(|line| line.amount);
            let why = under_way.iter().map(|payout| format!("{} {}", payout.id, payout.amount)).collect();
            let at = At { day, account: &format!("{transit} {currency}"), what: "in transit" };
            let theirs = amounts(currency, under_way.into_iter())?;
            check.compare(&at, sum(currency, upto(&transit))?, theirs, &why);
            let moved = |payout: &&Payout| payout.arrival == day || payout.returned == Some(day);
            let why =
                of_it().filter(moved).map(|payout| format!("{} {}", payout.id, payout.amount)).collect();
            let at = At { day, account: &format!("{bank} {currency}"), what: "in the bank" };
            check.compare(&at, sum(currency, upto(&bank))?, amounts(currency, arrived)?, &why);
        }
        for payout in of_it() {
            let why = BTreeSet::from([payout.id.clone()]);
            let at = At { day: payout.made, account: &payout.id, what: "Σ net of its list" };
            if let Some(listed) = payout.listed {
                check.compare(&at, listed, payout.amount, &why);
                if !payout.is_proved {
                    check
                        .broken
                        .push(format!("§6.3: {} of {} is listed and has no report", payout.id, payout.made));
                }
            }
        }
        let count = |stand: Stands| of_it().filter(|one| stands(one, figures.through) == stand).count();
        let way = of_it().filter(|payout| stands(payout, figures.through) == Stands::UnderWay);
        let over = |payout: &&Payout| payout.made.month() == 3 && payout.arrival.month() == 4;
        check.figures.push(format!(
            "{currency}: {} payouts, {} listed and proved; {} arrived, {} came back; {} over the month's end; in transit {}",
            of_it().count(),
            of_it().filter(|payout| payout.is_proved && payout.listed.is_some()).count(),
            count(Stands::Arrived),
            count(Stands::Back),
            of_it().filter(over).count(),
            amounts(currency, way)?
        ));
    }
    Ok(check)
}

/// Where a payout's money is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    InBalance,
    UnderWay,
    Arrived,
    Back,
}

/// At a day's end, as Stripe tells it.
fn stands(payout: &Payout, day: Date) -> Stands {
    if payout.made > day {
        return Stands::InBalance;
    }
    // An arrival is taken back on the day of its return, and never before it was booked.
    let back = payout.returned.map(|back| if payout.was_paid { back.max(payout.arrival) } else { back });
    match back {
        Some(back) if back <= day => Stands::Back,
        _ if payout.was_paid && payout.arrival <= day => Stands::Arrived,
        _ => Stands::UnderWay,
    }
}

fn amounts<'a>(currency: Currency, payouts: impl Iterator<Item = &'a Payout>) -> Result<Money> {
    sum(currency, payouts.map(|payout| payout.amount))
}
