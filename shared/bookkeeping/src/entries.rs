//! What has to be known of the movements of a page, beside themselves, to post and to match them: the order, the customer, which
//! document books which part, and what the shop and the ERP have made of them.

use books::keys::{self, Batch};
use books::{Context, DisputeState, Documents, Elsewhere, Entry, Held, Ledger, Receivable};
use canonical::{BalanceTransaction, Dispute, NaturalKey, Payout};
use flow::stored::posting::{Claim, Holders, Part, put_in_suspense, take};
use stripe::balance_transaction::{Moved, Movement};

use crate::in_erp::InErp;
use crate::shop::{Order, Shop};
use crate::{Client, Error, journal};

/// Movements that can be posted and matched.
pub(crate) struct Page {
    pub(crate) entries: Vec<Entry>,
    pub(crate) documents: Documents,
}

/// What is known of a page of movements, of a payout's or of some days'. Each part of them that nobody books yet is taken for the
/// journals of `batch`, and what those are to put in suspense is said beside it.
pub(crate) async fn of_page(
    client: &Client,
    payout: Option<&Payout>,
    batch: &Batch,
    rows: Vec<Movement>,
) -> Result<Page, Error> {
    let shop = Shop::of(client, &rows).await?;
    let holders = claimed(client, payout, batch, &rows).await?;
    let mut elsewhere = Vec::with_capacity(rows.len());
    for (movement, holders) in rows.iter().zip(&holders) {
        elsewhere.push(of_others(holders, &day_key(&client.ledger, batch, &movement.transaction)?));
    }
    let erp = InErp::of(client, &rows, &holders, &shop).await?;
    let mut entries = Vec::with_capacity(rows.len());
    for ((movement, elsewhere), holders) in rows.into_iter().zip(elsewhere).zip(holders) {
        let mut context = context(client, &movement, &shop).await?;
        context.payout = payout.map(|payout| payout.id.clone());
        context.elsewhere = elsewhere;
        let order = movement.moved.as_ref().and_then(|moved| shop.orders.get(moved.charge()?));
        let is_in_erp = order.is_some_and(|order| erp.has_order(order.id));
        let is_of_an_order = matches!(movement.moved, Some(Moved::Charge(_) | Moved::Refund(_)));
        let is_booked = is_in_erp || is_gross_elsewhere(elsewhere);
        context.in_suspense = holders.in_suspense
            || is_of_an_order && !is_booked && waits(client, &movement.transaction, order).await?;
        entries.push(Entry { transaction: movement.transaction, context });
    }
    Ok(Page { entries, documents: Documents::new(shop.documents, erp.payments).with_sales(erp.sales) })
}

/// Whether what a journal of ours books of an order that the ERP has not got waits in suspense: not where the order's own document has
/// come meanwhile, because then the ERP has the order. Only payments and refunds have documents that take it from there.
async fn waits(
    client: &Client,
    transaction: &BalanceTransaction,
    order: Option<&Order>,
) -> Result<bool, Error> {
    if keys::document(&client.ledger.account, transaction).is_none() {
        return Ok(true);
    }
    let waits = put_in_suspense(&client.ports, client.pair()?, &transaction.id).await?;
    if !waits && order.is_none() {
        // It has come since the page's orders were looked up.
        return Err(Error::Overtaken { row: transaction.id.to_string() });
    }
    Ok(waits)
}

const fn is_gross_elsewhere(elsewhere: Elsewhere) -> bool {
    matches!(elsewhere, Elsewhere::Gross | Elsewhere::All)
}

/// The document that is to book a movement of a list: its day's, or its own where it is the payout itself, which `books.payout.post`
/// posts.
fn posting_key(
    ledger: &Ledger,
    payout: Option<&Payout>,
    batch: &Batch,
    transaction: &BalanceTransaction,
) -> Result<NaturalKey, Error> {
    let own = payout.map(|payout| [&payout.balance_transaction, &payout.failure_balance_transaction]);
    let is_own = own.into_iter().flatten().any(|own| own.as_ref() == Some(&transaction.id));
    if is_own {
        return Ok(keys::transaction(&ledger.account, &transaction.id)?);
    }
    day_key(ledger, batch, transaction)
}

fn day_key(ledger: &Ledger, batch: &Batch, transaction: &BalanceTransaction) -> Result<NaturalKey, Error> {
    let date = ledger.date(transaction.created);
    Ok(keys::day(&ledger.account, date, transaction.currency(), batch)?)
}

/// Who books each.
async fn claimed(
    client: &Client,
    payout: Option<&Payout>,
    batch: &Batch,
    rows: &[Movement],
) -> Result<Vec<Holders>, Error> {
    let claim = |movement: &Movement| {
        let transaction = &movement.transaction;
        let document = posting_key(&client.ledger, payout, batch, transaction)?;
        Ok::<_, Error>(Claim { transaction: transaction.id.clone(), document })
    };
    let claims = rows.iter().map(claim).collect::<Result<Vec<_>, _>>()?;
    Ok(take(&client.ports, client.pair()?, &Part::ALL, &claims).await?)
}

/// What of a movement other documents than `ours` book.
fn of_others(holders: &Holders, ours: &NaturalKey) -> Elsewhere {
    let is_elsewhere = |part| holders.get(part).is_some_and(|holder| holder != ours);
    match (is_elsewhere(Part::Gross), is_elsewhere(Part::Fee)) {
        (false, false) => Elsewhere::Nothing,
        (true, false) => Elsewhere::Gross,
        (false, true) => Elsewhere::Fee,
        (true, true) => Elsewhere::All,
    }
}

async fn context(client: &Client, movement: &Movement, shop: &Shop) -> Result<Context, Error> {
    let Some(moved) = &movement.moved else { return Ok(Context::default()) };
    let ledger = &client.ledger;
    let order = moved.charge().and_then(|charge| shop.orders.get(charge));
    let date = ledger.date(movement.transaction.created);
    let mut context = Context {
        order: order.and_then(|order| order.number.clone()),
        intent: moved.intent().cloned(),
        party: order.map(|order| party(ledger, order)).transpose()?,
        ..Context::default()
    };
    let amount = match moved {
        Moved::Charge(charge) => {
            context.captured = (charge.captured != charge.amount).then_some(charge.captured);
            charge.amount
        }
        Moved::Refund(refund) => refund.amount,
        Moved::Dispute(dispute) => {
            context.held = withdrawn(ledger, dispute)?;
            context.dispute = Some(stands(client, dispute).await?);
            return Ok(context);
        }
    };
    if context.order.is_some() {
        context.receivable = Some(Receivable { amount, base: ledger.base(amount, date)? });
    }
    Ok(context)
}

/// The customer's key in the ERP, as the flows write it.
fn party(ledger: &Ledger, order: &Order) -> Result<NaturalKey, Error> {
    let account = &ledger.account;
    let key = match order.customer {
        Some(customer) => format!("tb:{account}:customer:{customer}"),
        None => format!("tb:{account}:guest:{}", order.id),
    };
    Ok(key.try_into()?)
}

/// What a dispute has withdrawn, as it was posted.
pub(crate) fn withdrawn(ledger: &Ledger, dispute: &Dispute) -> Result<Option<Held>, Error> {
    let Some(first) = dispute.transactions.iter().find(|row| row.amount.is_negative()) else {
        return Ok(None);
    };
    let amount = first.amount.negated()?;
    let base = ledger.base(amount, ledger.date(first.created))?;
    Ok(Some(Held { amount, base, exchange_rate: first.exchange_rate }))
}

/// Where a dispute stands in the books: lost is what was posted as lost.
async fn stands(client: &Client, dispute: &Dispute) -> Result<DisputeState, Error> {
    let lost = keys::dispute_lost(&client.ledger.account, &dispute.id)?;
    if journal::kept(client, &lost).await?.is_some() {
        return Ok(DisputeState::Lost);
    }
    Ok(match dispute.status {
        canonical::DisputeStatus::Won => DisputeState::Won,
        _ => DisputeState::Open,
    })
}
