//! What a payment in the ERP comes to: a payment, or the journal that stands for one. One call, or two. For the books, which match it
//! with the balance.

use canonical::{Money, NaturalKey};

use crate::document::{Kind, sole};
use crate::{Client, Error, wire};

/// The amount in the customer's currency, without a sign; `None` where the ERP has no such payment, or says it in a form of its own.
///
/// # Errors
/// [`Error::DuplicateDocument`] where the key holds two, or as the ERP answers.
pub async fn amount(client: &Client, key: &NaturalKey) -> Result<Option<Money>, Error> {
    if let Some(payment) = sole(client, Kind::Payment, key).await? {
        return Ok(payment.content::<wire::Payment>().map(|payment| payment.amount()));
    }
    let journal = sole(client, Kind::Journal, key).await?;
    Ok(journal.and_then(|journal| journal.content::<wire::Journal>()?.of_party()))
}
