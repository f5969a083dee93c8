//! `magento.order.read`: the order that a payment is for, as it is now. One call where the payment names it.
//!
//! The payment's own references go first, then what an earlier execution learned, then what Magento recorded of the
//! payment. Amounts are not looked at here: the flow compares them. A number that any shop may give is no proof: see
//! [`evidence`](super::evidence).

use canonical::{IncrementId, Order, OrderId, Payment};
use schemars::JsonSchema;
use serde::Deserialize;

use super::wire::WireOrder;
use super::{evidence, map, search};
use crate::{Client, Error};

/// The action's name.
pub const NAME: &str = "magento.order.read";

/// Which order.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The payment.
    pub payment: Payment,
    /// The order that an earlier execution tied to the payment.
    #[serde(default)]
    pub link: Option<String>,
}

/// Finds and reads the order.
///
/// # Errors
/// [`Error::OrderNotFound`] where the payment names one that is not there, [`Error::UnrelatedCharge`] where nothing names
/// one, [`Error::SeveralOrders`], [`Error::OrderUnusable`], or as Magento answers.
pub async fn run(client: Client, input: Input) -> Result<Order, Error> {
    let wire = found(&client, &input).await?;
    let wire = search::latest_edit(&client, wire).await?;
    let stores = &client.settings().magento.stores;
    if !stores.is_empty() && !stores.contains(&wire.store_id.0) {
        let problem = format!("it is of store {}, which is not this pair's", wire.store_id.0);
        return Err(map::unusable(&wire, "foreign_store", &problem));
    }
    map::order(&wire)
}

async fn found(client: &Client, input: &Input) -> Result<WireOrder, Error> {
    let payment = &input.payment;
    let numbers = distinct(payment.orders.iter().filter_map(|reference| reference.number.clone()));
    let ids = distinct(payment.orders.iter().filter_map(|reference| reference.id));
    // The shortest number is that of the order before its edits: the others must be edits of it.
    let number = numbers.iter().min_by_key(|number| number.as_str().len());
    let is_one =
        numbers.iter().all(|other| number.is_none_or(|number| same(other.as_str(), number.as_str())));
    if !is_one || ids.len() > 1 {
        return Err(several(payment, numbers.iter().map(IncrementId::as_str)));
    }
    if let Some(id) = ids.first()
        && let Some(order) = search::by_id(client, *id).await?
    {
        if let Some(number) = number.filter(|number| !same(&order.increment_id, number.as_str())) {
            return Err(several(payment, [order.increment_id.as_str(), number.as_str()].into_iter()));
        }
        return evidence::of_id(client, payment, order).await;
    }
    if let Some(number) = number {
        let found = one(payment, search::by_number(client, number).await?, format!("number {number}"));
        return evidence::of_number(client, payment, found).await;
    }
    if let Some(link) = input.link.as_deref().and_then(|link| link.parse::<OrderId>().ok())
        && let Some(order) = search::by_id(client, link).await?
    {
        return Ok(order);
    }
    recorded(client, payment).await
}

/// The order that Magento itself ties to the payment.
pub(super) async fn recorded(client: &Client, payment: &Payment) -> Result<WireOrder, Error> {
    let mut ids = vec![payment.charge.as_str()];
    ids.extend(payment.intent.as_ref().map(canonical::PaymentIntentId::as_str));
    let recorded = search::by_payment(client, &ids).await?;
    match recorded.as_slice() {
        [] if payment.orders.is_empty() => Err(Error::UnrelatedCharge { charge: payment.charge.to_string() }),
        [] => Err(Error::OrderNotFound { sought: format!("charge {}", payment.charge) }),
        [id] => search::by_id(client, *id)
            .await?
            .ok_or_else(|| Error::OrderNotFound { sought: format!("id {id}") }),
        many => {
            let ids: Vec<String> = many.iter().map(ToString::to_string).collect();
            Err(several(payment, ids.iter().map(String::as_str)))
        }
    }
}

/// Whether two numbers are those of one order: an edit in the shop's admin hangs `-1`, `-2`, … on the first.
fn same(one: &str, other: &str) -> bool {
    let is_edit = |edit: &str, of: &str| {
        let count = edit.strip_prefix(of).and_then(|rest| rest.strip_prefix('-'));
        count.is_some_and(|count| !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit()))
    };
    one == other || is_edit(one, other) || is_edit(other, one)
}

fn one(payment: &Payment, mut orders: Vec<WireOrder>, sought: String) -> Result<WireOrder, Error> {
    match (orders.pop(), orders.is_empty()) {
        (None, _) => Err(Error::OrderNotFound { sought }),
        (Some(order), true) => Ok(order),
        (Some(order), false) => {
            let ids: Vec<String> =
                orders.iter().chain([&order]).map(|order| order.entity_id.0.to_string()).collect();
            Err(several(payment, ids.iter().map(String::as_str)))
        }
    }
}

fn several<'a>(payment: &Payment, orders: impl Iterator<Item = &'a str>) -> Error {
    let orders: Vec<&str> = orders.take(5).collect();
    Error::SeveralOrders { charge: payment.charge.to_string(), orders: orders.join(", ") }
}

fn distinct<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    let all: std::collections::BTreeSet<T> = values.collect();
    all.into_iter().collect()
}
