//! What a sales order in the ERP comes to, in one call. For the books: with the order it knows its customer, and the payment is matched
//! with it.

use canonical::{Money, NaturalKey};

use crate::document::{Kind, of_key};
use crate::{Client, Error};

/// A sales order that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What it comes to, where the ERP says so.
    pub total: Option<Money>,
}

/// The one that stands under the key.
///
/// # Errors
/// As the ERP answers.
pub async fn standing(client: &Client, key: &NaturalKey) -> Result<Option<Standing>, Error> {
    let first = of_key(client, Kind::Order, key).await?.into_iter().next();
    Ok(first.map(|order| Standing { total: order.total.map(|total| total.0) }))
}
