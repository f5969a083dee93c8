//! What the ERP has made of the movements of a page: one call for each payment document, and for each order or credit note whose money a
//! journal books.

use std::collections::{BTreeMap, BTreeSet};

use books::keys;
use books::payout::ErpDocument;
use canonical::{BalanceTransaction, Money, NaturalKey, OrderId};
use flow::stored::posting::{Holders, Part};
use futures::{StreamExt as _, TryStreamExt as _};
use stripe::balance_transaction::{Moved, Movement};

use crate::shop::Shop;
use crate::{Client, Error};

/// Documents that are looked up at a time.
const LOOKUPS: usize = 8;

/// What it has.
pub(crate) struct InErp {
    /// Payment documents of movements.
    pub(crate) payments: Vec<ErpDocument>,
    /// Sales whose money a journal books: the order of a charge, the credit note of a refund.
    pub(crate) sales: Vec<ErpDocument>,
    /// The orders of such movements, and what each comes to.
    orders: BTreeMap<OrderId, Option<Money>>,
}

impl InErp {
    /// Looks for all.
    pub(crate) async fn of(
        client: &Client,
        rows: &[Movement],
        holders: &[Holders],
        shop: &Shop,
    ) -> Result<Self, Error> {
        let account = &client.ledger.account;
        let (mut of_payments, mut by_journals) = (Vec::new(), Vec::new());
        for (row, holders) in rows.iter().zip(holders) {
            match keys::document(account, &row.transaction) {
                // What is in suspense is there until the payment document takes it from there.
                Some(key) if holders.in_suspense || holders.get(Part::Gross) == Some(&key) => {
                    of_payments.push(key)
                }
                _ => by_journals.push(row),
            }
        }
        let lookups: Vec<_> = of_payments.into_iter().map(|key| payment(client, key)).collect();
        let payments: Vec<_> = futures::stream::iter(lookups).buffered(LOOKUPS).try_collect().await?;
        let orders = booked(client, &by_journals, shop).await?;
        let sales = sales(client, &by_journals, shop, &orders).await?;
        Ok(Self { payments: payments.into_iter().flatten().collect(), sales, orders })
    }

    /// Whether it has an order whose money a journal books: with the order it knows its customer.
    pub(crate) fn has_order(&self, order: OrderId) -> bool {
        self.orders.contains_key(&order)
    }
}

async fn payment(client: &Client, key: NaturalKey) -> Result<Option<ErpDocument>, Error> {
    let amount = erp::payment::read::amount(&client.erp, &key).await?;
    Ok(amount.map(|amount| ErpDocument { key, amount }))
}

/// The orders that it has of those whose money a journal books, and what each comes to.
async fn booked(
    client: &Client,
    by_journals: &[&Movement],
    shop: &Shop,
) -> Result<BTreeMap<OrderId, Option<Money>>, Error> {
    let charges = by_journals.iter().filter_map(|row| row.moved.as_ref()?.charge());
    let asked: BTreeSet<OrderId> =
        charges.filter_map(|charge| shop.orders.get(charge)).map(|order| order.id).collect();
    let lookups: Vec<_> = asked.into_iter().map(|order| sales_order(client, order)).collect();
    let found: Vec<_> = futures::stream::iter(lookups).buffered(LOOKUPS).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

async fn sales_order(client: &Client, order: OrderId) -> Result<Option<(OrderId, Option<Money>)>, Error> {
    let key: NaturalKey = format!("tb:{}:sales_order:{order}", client.ledger.account).try_into()?;
    let standing = erp::sales_order::read::standing(&client.erp, &key).await?;
    Ok(standing.map(|standing| (order, standing.total)))
}

/// What the ERP has of the sales whose money a journal books: the order of a charge, the credit note of a refund.
async fn sales(
    client: &Client,
    by_journals: &[&Movement],
    shop: &Shop,
    booked: &BTreeMap<OrderId, Option<Money>>,
) -> Result<Vec<ErpDocument>, Error> {
    let account = &client.ledger.account;
    let (mut sales, mut notes) = (Vec::new(), Vec::new());
    for row in by_journals {
        let Some(key) = keys::document(account, &row.transaction) else { continue };
        let order = row.moved.as_ref().and_then(|moved| shop.orders.get(moved.charge()?));
        match (&row.moved, order.and_then(|order| booked.get(&order.id).copied().flatten())) {
            (Some(Moved::Charge(_)), Some(amount)) => sales.push(ErpDocument { key, amount }),
            (Some(Moved::Refund(_)), Some(_)) => notes.push(credit_note(client, key, &row.transaction)),
            _ => {}
        }
    }
    let found: Vec<_> = futures::stream::iter(notes).buffered(LOOKUPS).try_collect().await?;
    sales.extend(found.into_iter().flatten());
    Ok(sales)
}

async fn credit_note(
    client: &Client,
    key: NaturalKey,
    transaction: &BalanceTransaction,
) -> Result<Option<ErpDocument>, Error> {
    let Some(refund) = &transaction.source else { return Ok(None) };
    let note: NaturalKey = format!("tb:{}:credit_note:{refund}", client.ledger.account).try_into()?;
    let total = erp::credit_note::read::total(&client.erp, &note).await?;
    Ok(total.map(|amount| ErpDocument { key, amount }))
}
