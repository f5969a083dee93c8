//! Whether the ERP has a sales order, in one call. For the books: with the order it knows its customer.

use canonical::NaturalKey;

use crate::document::{Kind, of_key};
use crate::{Client, Error};

/// Whether one stands under the key.
///
/// # Errors
/// As the ERP answers.
pub async fn is_there(client: &Client, key: &NaturalKey) -> Result<bool, Error> {
    Ok(!of_key(client, Kind::Order, key).await?.is_empty())
}
