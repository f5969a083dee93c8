//! How a credit memo is asked for.
//!
//! Source: `Sales/Model/{RefundOrder,Order/CreditmemoDocumentFactory}.php`, `Sales/Api/Data/CreditmemoCreationArgumentsInterface.php`
//! of magento/magento2.

use canonical::{NaturalKey, OrderId};
use rust_decimal::Decimal;
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::shape::Shape;
use crate::amount::Whole;
use crate::{Client, Error, Query};

#[derive(Serialize)]
struct Body<'a> {
    items: Vec<Item>,
    notify: bool,
    #[serde(rename = "appendComment")]
    append_comment: bool,
    comment: Comment<'a>,
    arguments: Arguments,
}

#[derive(Serialize)]
struct Item {
    order_item_id: u64,
    #[serde(serialize_with = "number")]
    qty: Decimal,
}

#[derive(Serialize)]
struct Comment<'a> {
    comment: &'a str,
    is_visible_on_front: u8,
}

/// All in base currency, whatever the order's.
#[derive(Serialize)]
struct Arguments {
    /// Left out: all that is left of it.
    #[serde(serialize_with = "number_or_none", skip_serializing_if = "Option::is_none")]
    shipping_amount: Option<Decimal>,
    #[serde(serialize_with = "number")]
    adjustment_positive: Decimal,
    #[serde(serialize_with = "number")]
    adjustment_negative: Decimal,
    extension_attributes: Stock,
}

/// No piece comes back to the shelf by this: whether one does is the warehouse's to say.
#[derive(Serialize)]
struct Stock {
    return_to_stock_items: [u64; 0],
}

/// A number as it is, never through a binary float.
fn number<S: Serializer>(amount: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    RawValue::from_string(amount.normalize().to_string()).map_err(S::Error::custom)?.serialize(serializer)
}

fn number_or_none<S: Serializer>(amount: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
    number(&amount.unwrap_or_default(), serializer)
}

/// Makes the credit memo, with its marker as comment. It books only: no gateway is asked to pay. One call.
pub(super) async fn create(
    client: &Client,
    order: OrderId,
    shape: &Shape,
    marker: &NaturalKey,
) -> Result<u64, Error> {
    let (rows, shipping_amount, adjustment_positive) = match shape {
        Shape::Whole { rows } => (rows.clone(), None, Decimal::ZERO),
        Shape::Amount { row, shipping, base, .. } => (vec![(*row, Decimal::ZERO)], Some(*shipping), *base),
    };
    let body = Body {
        items: rows.into_iter().map(|(order_item_id, qty)| Item { order_item_id, qty }).collect(),
        notify: false,
        append_comment: false,
        comment: Comment { comment: marker.as_str(), is_visible_on_front: 0 },
        arguments: Arguments {
            shipping_amount,
            adjustment_positive,
            adjustment_negative: Decimal::ZERO,
            extension_attributes: Stock { return_to_stock_items: [] },
        },
    };
    let (action, path) = (format!("credit order {order}"), format!("/V1/order/{order}/refund"));
    let id: Whole = client.post(&action, &path, &Query::new(), &body).await?;
    Ok(id.0)
}
