//! Finding an order: by its number, or by what of the payment Magento recorded.

use canonical::{IncrementId, OrderId};
use serde::Deserialize;

use super::map::GATEWAY_SUFFIXES;
use super::wire::{FIELDS, Found, WireOrder};
use crate::amount::Whole;
use crate::{Client, Error, Query};

/// Rows that a search asks for: two are as good as many where exactly one is wanted.
const ROWS_MAX: u32 = 10;
/// How many times an edited order's successor is followed.
const EDITS_MAX: usize = 10;

#[derive(Deserialize)]
struct OrderIdOnly {
    order_id: Whole,
}

/// The order of an id; `None` where Magento has none. One call.
pub(super) async fn by_id(client: &Client, id: OrderId) -> Result<Option<WireOrder>, Error> {
    let query = Query::new().with("fields", FIELDS);
    match client.get(&format!("read order {id}"), &format!("/V1/orders/{id}"), &query).await {
        Ok(order) => Ok(Some(order)),
        Err(Error::Refused { class: flow::Class::NotFound, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The orders of a number in the pair's stores: more than one where stores number alike. One call.
pub(super) async fn by_number(client: &Client, number: &IncrementId) -> Result<Vec<WireOrder>, Error> {
    let mut query = Query::new().filter("increment_id", "eq", number.as_str());
    let stores: Vec<String> = client.settings().magento.stores.iter().map(u64::to_string).collect();
    if !stores.is_empty() {
        query = query.filter("store_id", "in", &stores.join(","));
    }
    let query = query.page(ROWS_MAX).with("fields", format!("items[{FIELDS}],total_count"));
    let found: Found<WireOrder> = client.get(&format!("find order {number}"), "/V1/orders", &query).await?;
    Ok(found.items.unwrap_or_default())
}

/// Ids of orders whose transactions or invoices name the payment, with or without what gateways hang on an id
/// (`pi_…-capture`). Two calls.
pub(super) async fn by_payment(client: &Client, ids: &[&str]) -> Result<Vec<OrderId>, Error> {
    let suffixes = || [""].iter().chain(GATEWAY_SUFFIXES);
    let written: Vec<String> =
        ids.iter().flat_map(|id| suffixes().map(move |suffix| format!("{id}{suffix}"))).collect();
    let mut orders = Vec::new();
    for (path, field) in [("/V1/invoices", "transaction_id"), ("/V1/transactions", "txn_id")] {
        let query = Query::new()
            .filter(field, "in", &written.join(","))
            .page(ROWS_MAX)
            .with("fields", "items[order_id],total_count");
        let found: Found<OrderIdOnly> = client.get("find the payment's order", path, &query).await?;
        orders.extend(found.items.unwrap_or_default().into_iter().map(|row| OrderId::new(row.order_id.0)));
    }
    orders.sort_unstable();
    orders.dedup();
    Ok(orders)
}

/// An order that was edited in the shop's admin is cancelled and lives on as `…-1`.
pub(super) async fn latest_edit(client: &Client, mut order: WireOrder) -> Result<WireOrder, Error> {
    for _ in 0..EDITS_MAX {
        let child = order.relation_child_id.map(|child| child.0).filter(|child| *child != 0);
        let Some(child) = child.filter(|_| order.state.as_deref() == Some("canceled")) else { break };
        match by_id(client, OrderId::new(child)).await? {
            Some(next) => order = next,
            None => break,
        }
    }
    Ok(order)
}
