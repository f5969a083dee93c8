//! What a credit note in the ERP comes to, in one call. For the books, which match a refund with it.

use canonical::{Money, NaturalKey};

use crate::document::{Kind, sole};
use crate::{Client, Error};

/// What it gives back; `None` where there is none, or the ERP does not say.
///
/// # Errors
/// [`Error::DuplicateDocument`] where the key holds two, or as the ERP answers.
pub async fn total(client: &Client, key: &NaturalKey) -> Result<Option<Money>, Error> {
    Ok(sole(client, Kind::CreditNote, key).await?.and_then(|note| note.total).map(|total| total.0))
}
