//! Whether what is in transit are the payouts that have not arrived. One call of Stripe for each 100 payouts of two months, one of the ERP
//! for each currency.

use books::audit::Difference;
use books::{Role, audit, keys};
use canonical::{BalanceTransactionId, Money, PayoutStatus};
use flow::stored::posting::holders;
use jiff::civil::Date;
use stripe::payout::list::{self, Listed};

use super::audit::{accounts, in_books, told};
use super::span;
use crate::{Client, Error, journal};

/// How far back payouts may be on the way, or come back.
const DAYS: i64 = 60;

/// What both are, by currency.
pub(super) async fn compared(client: &Client, day: Date) -> Result<Vec<Money>, Error> {
    let accounts = accounts(client, |role| match role {
        Role::CashInTransit(currency) => Some(*currency),
        _ => None,
    });
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let (from, _) = span(client, day, DAYS)?;
    let payouts = list::since(&client.stripe, from).await?;
    let mut on_the_way: Vec<(BalanceTransactionId, Money)> = Vec::new();
    for listed in &payouts {
        on_the_way.extend(on_its_way(client, listed, day).await?);
    }
    let mut sums = Vec::with_capacity(accounts.len());
    for (currency, account) in accounts {
        let of_it = on_the_way.iter().filter(|(_, amount)| amount.currency() == currency);
        let of_it: Vec<_> = of_it.cloned().collect();
        let books = in_books(client, &account, currency, day).await?;
        let found = audit::in_transit(day, books, &of_it)?;
        told(account, found.map(|found| explained(found, &payouts)).transpose()?)?;
        sums.push(books);
    }
    Ok(sums)
}

/// A difference that none on the way makes is made by one that is not, of that amount.
fn explained(found: Difference, payouts: &[Listed]) -> Result<Difference, Error> {
    if !found.transactions.is_empty() {
        return Ok(found);
    }
    let off = found.ours.checked_sub(found.theirs)?;
    let makes_it = payouts.iter().filter(|listed| listed.payout.amount == off);
    let transactions = makes_it.filter_map(|listed| listed.payout.balance_transaction.clone()).collect();
    Ok(Difference { transactions, ..found })
}

/// What a payout has on the way at a day's end, where its leaving is booked: what left before tillbridge came is not ours to tell.
async fn on_its_way(
    client: &Client,
    listed: &Listed,
    day: Date,
) -> Result<Option<(BalanceTransactionId, Money)>, Error> {
    let ledger = &client.ledger;
    let Listed { payout, left, came_back } = listed;
    let Some(own) = &payout.balance_transaction else { return Ok(None) };
    if ledger.date(*left) > day || came_back.is_some_and(|back| ledger.date(back) <= day) {
        return Ok(None);
    }
    let has_arrived = match payout.status {
        PayoutStatus::Paid => payout.arrival_date <= day,
        PayoutStatus::Pending | PayoutStatus::InTransit => false,
        // It came back later. Whether it had arrived meanwhile is said by what was booked then.
        PayoutStatus::Failed | PayoutStatus::Canceled => {
            let arrival = keys::payout_paid(&ledger.account, &payout.id)?;
            journal::kept(client, &arrival).await?.is_some_and(|arrival| arrival.date() <= day)
        }
    };
    let holders = holders(&client.ports, client.pair()?, own).await?;
    let is_booked = holders.documents().next().is_some();
    Ok((is_booked && !has_arrived).then(|| (own.clone(), payout.amount)))
}
