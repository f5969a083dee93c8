//! Whether what stands on the disputes' account is what open disputes hold. One call of Stripe for each 100 disputes of half a year, one of
//! the ERP for each currency.

use books::rules::outstanding;
use books::{Role, audit, keys};
use canonical::{BalanceTransactionId, Dispute, DisputeStatus, Money};
use flow::stored::posting::holders;
use jiff::civil::Date;

use super::audit::{accounts, in_books, told};
use super::span;
use crate::{Client, Error, journal};

/// How far back disputes may be open: banks decide within months.
const DAYS: i64 = 180;

/// What both are, by currency.
pub(super) async fn compared(client: &Client, day: Date) -> Result<Vec<Money>, Error> {
    let accounts = accounts(client, |role| match role {
        Role::DisputesReceivable(currency) => Some(*currency),
        _ => None,
    });
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let (from, _) = span(client, day, DAYS)?;
    let mut held: Vec<(BalanceTransactionId, Money)> = Vec::new();
    for dispute in stripe::dispute::list::since(&client.stripe, from).await? {
        held.extend(holds(client, &dispute, day).await?);
    }
    let mut sums = Vec::with_capacity(accounts.len());
    for (currency, account) in accounts {
        let of_it = held.iter().filter(|(_, amount)| amount.currency() == currency);
        let of_it: Vec<_> = of_it.cloned().collect();
        let books = in_books(client, &account, currency, day).await?;
        told(account, audit::disputes(day, books, &of_it)?)?;
        sums.push(books);
    }
    Ok(sums)
}

/// What a dispute holds at a day's end, by the movements that are booked.
async fn holds(
    client: &Client,
    dispute: &Dispute,
    day: Date,
) -> Result<Vec<(BalanceTransactionId, Money)>, Error> {
    let ledger = &client.ledger;
    if dispute.status == DisputeStatus::Lost {
        let lost = keys::dispute_lost(&ledger.account, &dispute.id)?;
        let is_later = journal::kept(client, &lost).await?.is_some_and(|lost| lost.date() > day);
        if !is_later {
            return Ok(Vec::new());
        }
    }
    let mut held = Vec::new();
    for withdrawn in outstanding(ledger, &dispute.transactions, day) {
        let holders = holders(&client.ports, client.pair()?, &withdrawn.id).await?;
        if holders.documents().next().is_some() {
            held.push((withdrawn.id.clone(), withdrawn.amount.negated()?));
        }
    }
    Ok(held)
}
