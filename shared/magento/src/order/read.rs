//! `magento.order.read`: the order that a payment is for, as it is now. One call where the payment names it.
//!
//! The payment's own references go first, then what an earlier execution learned, then what Magento recorded of the
//! payment. Amounts are not looked at here: the flow compares them.

use canonical::{IncrementId, Order, OrderId, Payment};
use schemars::JsonSchema;
use serde::Deserialize;

use super::wire::WireOrder;
use super::{map, search};
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
    map::order(&search::latest_edit(&client, wire).await?)
}

async fn found(client: &Client, input: &Input) -> Result<WireOrder, Error> {
    let payment = &input.payment;
    let numbers = distinct(payment.orders.iter().filter_map(|reference| reference.number.clone()));
    let ids = distinct(payment.orders.iter().filter_map(|reference| reference.id));
    if numbers.len() > 1 || ids.len() > 1 {
        return Err(several(payment, numbers.iter().map(IncrementId::as_str)));
    }
    if let Some(id) = ids.first()
        && let Some(order) = search::by_id(client, *id).await?
    {
        return agreeing(payment, order, numbers.first());
    }
    if let Some(number) = numbers.first() {
        return one(payment, search::by_number(client, number).await?, format!("number {number}"));
    }
    if let Some(link) = input.link.as_deref().and_then(|link| link.parse::<OrderId>().ok())
        && let Some(order) = search::by_id(client, link).await?
    {
        return Ok(order);
    }
    let mut payment_ids = vec![payment.charge.as_str()];
    payment_ids.extend(payment.intent.as_ref().map(canonical::PaymentIntentId::as_str));
    let recorded = search::by_payment(client, &payment_ids).await?;
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

/// An order found by id must be of the number that the payment names beside it, but for edits (`…-1`).
fn agreeing(payment: &Payment, order: WireOrder, number: Option<&IncrementId>) -> Result<WireOrder, Error> {
    match number {
        Some(number) if !order.increment_id.starts_with(number.as_str()) => {
            Err(several(payment, [order.increment_id.as_str(), number.as_str()].into_iter()))
        }
        _ => Ok(order),
    }
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
