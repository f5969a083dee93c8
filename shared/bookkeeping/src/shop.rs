//! What the shop has made of the payments of a page of movements: three calls, and one read of the table for each payment.

use std::collections::{BTreeMap, BTreeSet};

use books::payout::{ShopDocument, ShopKind};
use canonical::{ChargeId, IncrementId, OrderId};
use flow::execution::linked;
use futures::{StreamExt as _, TryStreamExt as _};
use magento::order::documents;
use stripe::balance_transaction::Movement;

use crate::{Client, Error};

/// Rows of the table that are read at a time.
const LOOKUPS: usize = 8;

/// What the shop knows of a page's payments.
pub(crate) struct Shop {
    /// The order of each payment, where there is one.
    pub(crate) orders: BTreeMap<ChargeId, Order>,
    pub(crate) documents: Vec<ShopDocument>,
}

/// An order of the shop.
#[derive(Clone)]
pub(crate) struct Order {
    pub(crate) id: OrderId,
    pub(crate) number: Option<IncrementId>,
    pub(crate) customer: Option<u64>,
}

impl Shop {
    /// What the shop has made of the payments of a page, by the orders that earlier executions have found for them.
    pub(crate) async fn of(client: &Client, rows: &[Movement]) -> Result<Self, Error> {
        let (mut orders, found) = documents_of(client, rows).await?;
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
        Ok(Self { orders, documents })
    }
}

/// The orders of a page's payments, as earlier executions have found them, and what the shop has of them.
pub(crate) async fn documents_of(
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
    Ok((orders, documents::of_orders(&client.magento, &ids).await?))
}

/// The order of a payment, as the execution that moved it on has learned.
async fn order_of(client: &Client, charge: ChargeId) -> Result<Option<(ChargeId, Order)>, Error> {
    let names = linked(client.ports.store.as_ref(), client.pair()?, "charge", charge.as_str()).await?;
    let names = names.unwrap_or_default();
    let Some(id) = names.get("order").and_then(|id| id.parse().ok()) else { return Ok(None) };
    let number = names.get("order_number").and_then(|number| number.parse().ok());
    Ok(Some((charge, Order { id: OrderId::new(id), number, customer: None })))
}
