//! What has to be known of the movements of a page, beside themselves, to post and to match them: the order, the customer, which
//! document books which part, and what the shop and the ERP have made of them.

use std::collections::{BTreeMap, BTreeSet};

use books::keys::{self, Batch};
use books::payout::{ErpDocument, ShopDocument, ShopKind};
use books::{Context, DisputeState, Documents, Elsewhere, Entry, Held, Ledger, Receivable};
use canonical::{BalanceTransaction, ChargeId, Dispute, IncrementId, NaturalKey, OrderId, Payout};
use flow::execution::linked;
use flow::stored::posting::{Claim, Holders, Part, take};
use futures::{StreamExt as _, TryStreamExt as _};
use magento::order::documents;
use stripe::balance_transaction::{Moved, Movement};

use crate::{Client, Error, journal};

/// Documents that are looked up at a time.
const LOOKUPS: usize = 8;

/// Movements that can be posted and matched.
pub(crate) struct Page {
    pub(crate) entries: Vec<Entry>,
    pub(crate) documents: Documents,
}

/// What the shop knows of a page's payments.
struct Shop {
    /// The order of each payment, where there is one.
    orders: BTreeMap<ChargeId, Order>,
    documents: Vec<ShopDocument>,
}

/// The order of a payment.
#[derive(Clone)]
pub(crate) struct Order {
    pub(crate) id: OrderId,
    pub(crate) number: Option<IncrementId>,
    customer: Option<u64>,
}

/// What is known of a page of movements, of a payout's or of some days'. Each part of them that nobody books yet is taken for the
/// journals of `batch`.
pub(crate) async fn of_page(
    client: &Client,
    payout: Option<&Payout>,
    batch: &Batch,
    rows: Vec<Movement>,
) -> Result<Page, Error> {
    let shop = shop(client, &rows).await?;
    let holders = claimed(client, payout, batch, &rows).await?;
    let mut elsewhere = Vec::with_capacity(rows.len());
    for (movement, holders) in rows.iter().zip(&holders) {
        elsewhere.push(of_others(holders, &day_key(&client.ledger, batch, &movement.transaction)?));
    }
    let documents = in_erp(client, &rows, &holders).await?;
    let booked = booked(client, &rows, &elsewhere, &shop).await?;
    let mut entries = Vec::with_capacity(rows.len());
    for (movement, elsewhere) in rows.into_iter().zip(elsewhere) {
        let mut context =
            context(client, &movement, &shop, |order| is_owed(elsewhere, order, &booked)).await?;
        context.payout = payout.map(|payout| payout.id.clone());
        context.elsewhere = elsewhere;
        entries.push(Entry { transaction: movement.transaction, context });
    }
    Ok(Page { entries, documents: Documents::new(shop.documents, documents) })
}

/// Whether a movement is on the customer's account: where a document of the ERP has it, or the ERP has the order and so its customer.
fn is_owed(elsewhere: Elsewhere, order: &Order, booked: &BTreeSet<OrderId>) -> bool {
    is_gross_elsewhere(elsewhere) || booked.contains(&order.id)
}

const fn is_gross_elsewhere(elsewhere: Elsewhere) -> bool {
    matches!(elsewhere, Elsewhere::Gross | Elsewhere::All)
}

/// The orders of a page that the ERP has, as far as what is posted here hangs on it.
async fn booked(
    client: &Client,
    rows: &[Movement],
    elsewhere: &[Elsewhere],
    shop: &Shop,
) -> Result<BTreeSet<OrderId>, Error> {
    let ours = rows.iter().zip(elsewhere).filter(|(_, elsewhere)| !is_gross_elsewhere(**elsewhere));
    let charges = ours.filter_map(|(row, _)| row.moved.as_ref()?.charge());
    let asked: BTreeSet<OrderId> =
        charges.filter_map(|charge| shop.orders.get(charge)).map(|order| order.id).collect();
    let lookups: Vec<_> = asked.into_iter().map(|order| sales_order(client, order)).collect();
    let found: Vec<_> = futures::stream::iter(lookups).buffered(LOOKUPS).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

async fn sales_order(client: &Client, order: OrderId) -> Result<Option<OrderId>, Error> {
    let key: NaturalKey = format!("tb:{}:sales_order:{order}", client.ledger.account).try_into()?;
    let is_there = erp::sales_order::read::is_there(&client.erp, &key).await?;
    Ok(is_there.then_some(order))
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
    let is_elsewhere = |part| holders.get(&part).is_some_and(|holder| holder != ours);
    match (is_elsewhere(Part::Gross), is_elsewhere(Part::Fee)) {
        (false, false) => Elsewhere::Nothing,
        (true, false) => Elsewhere::Gross,
        (false, true) => Elsewhere::Fee,
        (true, true) => Elsewhere::All,
    }
}

/// What the shop has made of the payments of a page, by the orders that earlier executions have found for them.
async fn shop(client: &Client, rows: &[Movement]) -> Result<Shop, Error> {
    let (mut orders, found) = shops_documents(client, rows).await?;
    for head in found.orders {
        for order in orders.values_mut().filter(|order| order.id == head.id) {
            order.number = Some(head.number.clone());
            order.customer = head.customer;
        }
    }
    let numbers: BTreeMap<OrderId, IncrementId> =
        orders.values().filter_map(|order| Some((order.id, order.number.clone()?))).collect();
    let of_kind = |documents: Vec<documents::Document>, kind: ShopKind| {
        let numbers = &numbers;
        documents.into_iter().filter_map(move |document| {
            Some(ShopDocument {
                id: document.number,
                order: numbers.get(&document.order)?.clone(),
                kind,
                reference: document.reference,
                amount: document.amount,
            })
        })
    };
    let documents = of_kind(found.invoices, ShopKind::Invoice)
        .chain(of_kind(found.credit_memos, ShopKind::CreditMemo))
        .collect();
    Ok(Shop { orders, documents })
}

/// The orders of a page's payments, and what the shop has of them.
pub(crate) async fn shops_documents(
    client: &Client,
    rows: &[Movement],
) -> Result<(BTreeMap<ChargeId, Order>, documents::Documents), Error> {
    let charges: BTreeSet<ChargeId> =
        rows.iter().filter_map(|row| row.moved.as_ref()?.charge().cloned()).collect();
    let lookups: Vec<_> = charges.into_iter().map(|charge| order_of(client, charge)).collect();
    let found: Vec<_> = futures::stream::iter(lookups).buffered(LOOKUPS).try_collect().await?;
    let orders: BTreeMap<ChargeId, Order> = found.into_iter().flatten().collect();
    let ids: BTreeSet<OrderId> = orders.values().map(|order| order.id).collect();
    let ids: Vec<OrderId> = ids.into_iter().collect();
    let found = documents::of_orders(&client.magento, &ids).await?;
    Ok((orders, found))
}

/// The order of a payment, as the execution that moved it on has learned.
async fn order_of(client: &Client, charge: ChargeId) -> Result<Option<(ChargeId, Order)>, Error> {
    let names = linked(client.ports.store.as_ref(), client.pair()?, "charge", charge.as_str()).await?;
    let names = names.unwrap_or_default();
    let Some(id) = names.get("order").and_then(|id| id.parse().ok()) else { return Ok(None) };
    let number = names.get("order_number").and_then(|number| number.parse().ok());
    Ok(Some((charge, Order { id: OrderId::new(id), number, customer: None })))
}

/// The ERP's own documents of a page's movements, where their rows say that it has them.
async fn in_erp(client: &Client, rows: &[Movement], holders: &[Holders]) -> Result<Vec<ErpDocument>, Error> {
    let mut lookups = Vec::new();
    for (row, holders) in rows.iter().zip(holders) {
        if let Some(key) = keys::document(&client.ledger.account, &row.transaction)
            && holders.get(&Part::Gross) == Some(&key)
        {
            lookups.push(payment(client, key));
        }
    }
    let found: Vec<_> = futures::stream::iter(lookups).buffered(LOOKUPS).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

async fn payment(client: &Client, key: NaturalKey) -> Result<Option<ErpDocument>, Error> {
    let amount = erp::payment::read::amount(&client.erp, &key).await?;
    Ok(amount.map(|amount| ErpDocument { key, amount }))
}

async fn context(
    client: &Client,
    movement: &Movement,
    shop: &Shop,
    is_owed: impl Fn(&Order) -> bool,
) -> Result<Context, Error> {
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
    // The ERP knows no customer of an order that it has not got: what moved stands in suspense, and an exception says so.
    if order.is_some_and(is_owed) && context.order.is_some() {
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
