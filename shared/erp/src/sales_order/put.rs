//! `erp.sales_order.put`: one confirmed sales order under its key, with its customer. Converges: what is there and means
//! the same is kept, what is missing is made, and of two under one key the lowest stays.
//!
//! Undisturbed it makes 4 calls, however many lines there are: customer, order, confirm, and a find for a second one. Where
//! the ERP does not know an item ([`items`](super::items)), one more for it, and the order once more.

use canonical::{NaturalKey, SalesOrder};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::document::{Document, Kept, Kind, holder, of_key, sole};
use crate::wire::{Customer, Order};
use crate::{Client, Error};

use super::items;

/// The action's name.
pub const NAME: &str = "erp.sales_order.put";
/// The state of an order that counts.
const CONFIRMED: &str = "confirmed";
/// Characters of the ERP's own word for a state that an error keeps.
const STATE_CHARS_MAX: usize = 40;

/// What is booked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The sales order.
    pub document: SalesOrder,
}

/// The document's own key.
///
/// # Errors
/// None.
pub fn key(_: &Client, input: &Input) -> Result<NaturalKey, Error> {
    Ok(input.document.key.clone())
}

/// Looks for the confirmed order. One call.
///
/// # Errors
/// [`Error::ContentDiffers`] where the key holds another order, [`Error::DuplicateDocument`] where it holds two, or as the ERP
/// answers.
pub async fn find(client: Client, input: Input) -> Result<Option<Kept>, Error> {
    match sole(&client, Kind::Order, &input.document.key).await? {
        Some(first) if first.state == CONFIRMED => {
            same(&client, &input.document, &first)?;
            Ok(Some(Kept { id: first.id, key: input.document.key, created: false }))
        }
        _ => Ok(None),
    }
}

/// Converges.
///
/// # Errors
/// The document does not add up (nothing is sent), or as the ERP answers.
pub async fn run(client: Client, input: Input) -> Result<Kept, Error> {
    let order = input.document;
    order.check().map_err(|source| Error::Unsound { source })?;
    client.port().put_customer(&order.customer_key, &Customer::of(&order)).await?;
    let (document, created) = match items::put_with(&client, &order).await {
        Ok(done) => done,
        // The same order may have been put with another rate or day: what it means decides.
        Err(error) if error.is_content_differs() => (holder(&client, Kind::Order, &order.key).await?, false),
        Err(error) => return Err(error),
    };
    same(&client, &order, &document)?;
    if document.is_cancelled() {
        return Err(Error::DocumentCancelled { kind: Kind::Order, key: order.key, id: document.id });
    }
    confirm(&client, &document).await?;
    let kept = only(&client, &order, created).await?;
    Ok(Kept { id: kept, key: order.key, created })
}

/// Confirms an order that is not.
async fn confirm(client: &Client, document: &Document) -> Result<(), Error> {
    if document.state == CONFIRMED {
        return Ok(());
    }
    let confirmed = client.port().confirm(&document.id).await?;
    if confirmed.state == CONFIRMED {
        return Ok(());
    }
    let state = canonical::redact(&confirmed.state, STATE_CHARS_MAX);
    Err(Error::NotConfirmed { id: document.id.clone(), state })
}

/// Two that were made at once: the lowest stays, ours is taken back.
async fn only(client: &Client, order: &SalesOrder, created: bool) -> Result<String, Error> {
    let key = &order.key;
    let mut documents = of_key(client, Kind::Order, key).await?.into_iter();
    let Some(first) = documents.next() else {
        return Err(Error::NotListed { kind: Kind::Order, key: key.clone() });
    };
    let others: Vec<String> = documents.map(|document| document.id).collect();
    match others.as_slice() {
        [] => {}
        [second] if created => {
            client.port().cancel(second).await?;
        }
        _ => {
            let (kept, others) = (first.id, others.join(", "));
            return Err(Error::DuplicateDocument { kind: Kind::Order, key: key.clone(), kept, others });
        }
    }
    // The other writer's may be another order, or may never have been confirmed.
    same(client, order, &first)?;
    confirm(client, &first).await?;
    Ok(first.id)
}

/// Whether what the ERP keeps is what was meant.
fn same(client: &Client, order: &SalesOrder, document: &Document) -> Result<(), Error> {
    let ours = Order::of(order, &client.settings().time_zone);
    if let Some(total) = document.total
        && total.0 != order.total
    {
        return Err(Error::TotalDiffers {
            kind: Kind::Order,
            id: document.id.clone(),
            ours: order.total.to_string(),
            theirs: total.0.to_string(),
        });
    }
    match document.content::<Order>() {
        Some(theirs) if !theirs.means_the_same(&ours) => {
            Err(Error::ContentDiffers { kind: Kind::Order, key: order.key.clone(), id: document.id.clone() })
        }
        _ => Ok(()),
    }
}
