//! Whether the mirror of Stripe's balance is the balance. Two calls of Stripe and a page for each 100 movements since the day's end; one
//! of the ERP for each currency.
//!
//! What Stripe had then is what it has now less what has moved since: it tells no balance of the past.

use books::audit::{self, Check};
use books::payout::explain;
use books::{Role, audit::Difference};
use canonical::{AccountCode, BalanceTransaction, BalanceTransactionId, Money, NaturalKey, Totals};
use flow::stored::posting::{Part, holders};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use stripe::balance_transaction::page;

use super::audit::{in_books, told};
use super::span;
use crate::{Client, Error, journal};

/// Stripe's clock may be ahead of ours.
const AHEAD: SignedDuration = SignedDuration::from_hours(1);
/// Days before a difference whose movements are looked through for what makes it.
const DAYS: i64 = 4;
/// Pages of them.
const PAGES_MAX: usize = 20;
/// Movements that might make it whose documents are looked for.
const LOOKED_AT_MAX: usize = 20;

/// What both are, by currency.
pub(super) async fn compared(client: &Client, day: Date) -> Result<Vec<Money>, Error> {
    let (_, ended) = span(client, day, 1)?;
    let had = balance_at(client, ended).await?;
    let mut balances = Vec::new();
    for stripe in had.lines() {
        let currency = stripe.currency();
        let role = Role::StripeClearing(currency);
        // A currency that nothing was ever paid in has no account, and needs none.
        if stripe.is_zero() && client.ledger.chart.account(&role).is_err() {
            continue;
        }
        let account = client.ledger.code(&role)?;
        let books = in_books(client, &account, currency, day).await?;
        if books != stripe {
            return Err(explained(client, day, account, books, stripe).await?);
        }
        balances.push(stripe);
    }
    Ok(balances)
}

/// What was in Stripe's balance at a moment.
pub(crate) async fn balance_at(client: &Client, at: Timestamp) -> Result<Totals, Error> {
    let now = stripe::balance::read::run(&client.stripe).await?;
    let (until, mut then, mut after) = (client.ports.clock.now() + AHEAD, now.clone(), None);
    loop {
        let page = page::of_span(&client.stripe, at, until, after.as_ref()).await?;
        for row in page.rows.iter().filter(|row| row.transaction.is_of_payments()) {
            then.add(row.transaction.net.negated()?)?;
        }
        after = page.rows.last().map(|row| row.transaction.id.clone());
        if !page.has_more {
            break;
        }
    }
    if stripe::balance::read::run(&client.stripe).await? == now { Ok(then) } else { Err(Error::Moving) }
}

/// A difference with the movements that may make it: those that alone come to it, and of them those that no document of the ERP books.
async fn explained(
    client: &Client,
    day: Date,
    account: AccountCode,
    books: Money,
    stripe: Money,
) -> Result<Error, Error> {
    let rows = before(client, day).await?;
    let mut candidates = explain(books.checked_sub(stripe)?, &rows);
    candidates.truncate(LOOKED_AT_MAX);
    let mut unbooked = Vec::new();
    for id in &candidates {
        if !is_booked(client, id).await? {
            unbooked.push(id.clone());
        }
    }
    let transactions = if unbooked.is_empty() { candidates } else { unbooked };
    let role = Role::StripeClearing(books.currency());
    let made_by = Difference {
        check: Check::Posted,
        day,
        account: role,
        currency: books.currency(),
        ours: books,
        theirs: stripe,
        transactions,
        order: None,
    };
    let found = audit::clearing(day, books, stripe, [], &[made_by])?;
    Ok(told(account, found).err().unwrap_or(Error::Moving))
}

/// The movements of the day and of those before it.
async fn before(client: &Client, day: Date) -> Result<Vec<BalanceTransaction>, Error> {
    let (from, to) = span(client, day, DAYS)?;
    let mut rows: Vec<BalanceTransaction> = Vec::new();
    for _ in 0..PAGES_MAX {
        let after = rows.last().map(|row| row.id.clone());
        let page = page::of_span(&client.stripe, from, to, after.as_ref()).await?;
        rows.extend(page.rows.into_iter().map(|row| row.transaction));
        if !page.has_more {
            break;
        }
    }
    Ok(rows)
}

/// Whether the ERP has all documents that are said to book a movement.
async fn is_booked(client: &Client, id: &BalanceTransactionId) -> Result<bool, Error> {
    let holders = holders(&client.ports, client.pair()?, id).await?;
    for part in Part::ALL {
        match holders.get(part) {
            Some(document) if is_in_erp(client, document).await? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

async fn is_in_erp(client: &Client, document: &NaturalKey) -> Result<bool, Error> {
    Ok(journal::number(client, document).await?.is_some()
        || erp::payment::read::amount(&client.erp, document).await?.is_some())
}
