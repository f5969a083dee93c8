//! What a person reads of a month.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use canonical::Currency;
use rust_decimal::Decimal;

use super::Wanted;
use super::check::Check;
use super::figures::Figures;

/// The table.
pub(super) fn of(
    figures: &Figures,
    checks: &[Check],
    wanted: &Wanted,
    played: Duration,
    all: Duration,
) -> String {
    let mut text = String::new();
    let days = figures.days().count();
    let _ = writeln!(
        text,
        "A month, seed {}: {} to {}, {days} days",
        wanted.seed, figures.first, figures.through
    );
    happened(&mut text, figures);
    accounts(&mut text, figures);
    for check in checks {
        let mark = if check.broken.is_empty() { '✓' } else { '✗' };
        let _ = writeln!(text, "  {mark} §6.{} {}", check.number, check.name);
        for line in &check.figures {
            let _ = writeln!(text, "        {line}");
        }
    }
    let per_order = all.as_millis() / u128::from(wanted.orders.max(1));
    let _ = writeln!(
        text,
        "  run time {:.1} s ({:.1} s played, {:.1} s checked), {per_order} ms an order",
        all.as_secs_f64(),
        played.as_secs_f64(),
        all.saturating_sub(played).as_secs_f64()
    );
    text
}

fn happened(text: &mut String, figures: &Figures) {
    let mut paid: BTreeMap<Currency, (usize, Decimal)> = BTreeMap::new();
    for order in &figures.orders {
        let of = paid.entry(order.currency).or_default();
        *of = (of.0 + 1, of.1 + order.paid.to_decimal());
    }
    let paid: Vec<String> =
        paid.iter().map(|(code, (count, sum))| format!("{count} in {code} ({sum})")).collect();
    let _ = writeln!(text, "  orders     {}: {}", figures.orders.len(), paid.join(", "));
    let _ = writeln!(text, "  refunds    {}, of which {} came back", figures.refunds, figures.refunds_failed);
    let _ = writeln!(text, "  declined   {}", figures.declined);
    let mut disputes: BTreeMap<&str, usize> = BTreeMap::new();
    for dispute in &figures.disputes {
        *disputes.entry(&dispute.status).or_default() += 1;
    }
    let said: Vec<String> = disputes.iter().map(|(status, count)| format!("{count} {status}")).collect();
    let _ = writeln!(text, "  disputes   {}: {}", figures.disputes.len(), said.join(", "));
    let mut payouts: BTreeMap<&str, usize> = BTreeMap::new();
    for payout in &figures.payouts {
        *payouts.entry(&payout.status).or_default() += 1;
    }
    let said: Vec<String> = payouts.iter().map(|(status, count)| format!("{count} {status}")).collect();
    let _ = writeln!(text, "  payouts    {}: {}", figures.payouts.len(), said.join(", "));
    let ends: Vec<String> = figures.ends.iter().map(|(end, count)| format!("{count} {end}")).collect();
    let _ = writeln!(text, "  executions {}", ends.join(", "));
    for (reason, count) in &figures.parked {
        let _ = writeln!(text, "             {count} × {reason}");
    }
    for line in figures.unowned.iter().take(10) {
        let _ = writeln!(text, "             of no order: {line}");
    }
}

fn accounts(text: &mut String, figures: &Figures) {
    let mut sums: BTreeMap<(&str, &str), Decimal> = BTreeMap::new();
    for line in &figures.ledger {
        *sums.entry((line.account.as_str(), line.amount.currency().code())).or_default() +=
            line.amount.to_decimal();
    }
    let mut roles: BTreeMap<&str, String> = BTreeMap::new();
    for (role, code) in figures.books.chart.accounts() {
        roles.entry(code.as_str()).or_insert_with(|| role.to_string());
    }
    let _ = writeln!(text, "  account");
    for ((account, currency), sum) in sums {
        let role = roles.get(account).map_or("", String::as_str);
        let _ = writeln!(text, "    {account:<6} {role:<28} {sum:>16} {currency}");
    }
}
