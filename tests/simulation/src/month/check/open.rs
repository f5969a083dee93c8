//! What disputes hold is what the open ones have withdrawn; what is in suspense is what persons are told of.

use anyhow::Result;
use books::Role;
use canonical::Money;

use super::{At, Check, code, on, settled_in, sum};
use crate::month::figures::{Dispute, Figures};

/// How a dispute ends that was lost: what it withdrew is a loss.
const LOST: &str = "lost";

pub(super) fn is_open(figures: &Figures) -> Result<Check> {
    let mut check = Check::new(6, "disputes_receivable is the open disputes, suspense the open exceptions");
    for currency in settled_in(figures) {
        let account = code(figures, &Role::DisputesReceivable(currency))?;
        let is_open = |dispute: &&Dispute| {
            dispute.status != LOST
                && dispute.withdrawn.is_some_and(|held| held.currency() == currency && !held.is_zero())
        };
        let open: Vec<&Dispute> = figures.disputes.iter().filter(is_open).collect();
        let ours = sum(currency, on(figures, &account).map(|line| line.amount))?;
        let theirs = sum(currency, open.iter().filter_map(|dispute| dispute.withdrawn))?;
        let name = |dispute: &&Dispute| format!("{} {}", dispute.id, dispute.status);
        let (what, day) = ("disputes", figures.through);
        let why = open.iter().map(name).collect();
        check.compare(&At { day, account: &format!("{account} {currency}"), what }, ours, theirs, &why);
        let suspense = code(figures, &Role::Suspense(currency))?;
        let standing = sum(currency, on(figures, &suspense).map(|line| line.amount))?;
        let raised: Vec<(&String, Money)> = figures
            .raised
            .iter()
            .filter(|(_, amount)| amount.currency() == currency)
            .map(|(id, amount)| (id, *amount))
            .collect();
        let told = sum(currency, raised.iter().map(|(_, amount)| *amount))?.negated()?;
        let why = raised.iter().map(|(id, amount)| format!("{id} {amount}")).collect();
        let at = At { day, account: &format!("{suspense} {currency}"), what: "suspense" };
        check.compare(&at, standing, told, &why);
        check.figures.push(format!(
            "{currency}: {} open disputes hold {ours}; {} exceptions, {standing} in suspense",
            open.len(),
            raised.len()
        ));
    }
    Ok(check)
}
