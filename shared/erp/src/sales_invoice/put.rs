//! `erp.sales_invoice.put`: one invoice of a whole sales order under its key. Converges: one that is there and means the
//! same is kept. Two calls: put, and a find for a second one.

use canonical::{NaturalKey, SalesInvoice};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{Document, Kind, holder, sole};
use crate::wire::{Invoice, InvoiceKind};
use crate::{Client, Error};

/// The action's name.
pub const NAME: &str = "erp.sales_invoice.put";

/// What is booked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The invoice.
    pub document: SalesInvoice,
}

/// What is there now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Output {
    /// The ERP's id.
    pub id: String,
    /// The key.
    pub key: NaturalKey,
    /// Whether this call made it.
    pub created: bool,
}

/// The document's own key.
///
/// # Errors
/// None.
pub fn key(_: &Client, input: &Input) -> Result<NaturalKey, Error> {
    Ok(input.document.key.clone())
}

/// Looks for the invoice. One call.
///
/// # Errors
/// [`Error::ContentDiffers`] where the key holds another, [`Error::DuplicateDocument`] where it holds two, or as the ERP answers.
pub async fn find(client: Client, input: Input) -> Result<Option<Output>, Error> {
    let Some(first) = sole(&client, Kind::Invoice, &input.document.key).await? else { return Ok(None) };
    same(&input.document, &first)?;
    Ok(Some(Output { id: first.id, key: input.document.key, created: false }))
}

/// Converges.
///
/// # Errors
/// As the ERP answers; [`Error::DuplicateDocument`] where two are posted, because a posted one is reversed by a person.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let invoice = input.document.clone();
    let put: Result<(Document, bool), Error> =
        client.put(Kind::Invoice, invoice.key.as_str(), &Invoice::from(&invoice)).await;
    let (document, created) = match put {
        Ok(done) => done,
        Err(error) if error.is_content_differs() => {
            let holder = holder(&client, Kind::Invoice, &invoice.key).await?;
            same(&invoice, &holder)?;
            return Ok(Output { id: holder.id, key: invoice.key, created: false });
        }
        // Another worker's may have come first, or a person's: ours is the one under our key.
        Err(error) if error.is_over_invoiced() => return find(client, input).await?.ok_or(error),
        Err(error) => return Err(error),
    };
    same(&invoice, &document)?;
    if document.is_cancelled() {
        return Err(Error::DocumentCancelled { kind: Kind::Invoice, key: invoice.key, id: document.id });
    }
    match sole(&client, Kind::Invoice, &invoice.key).await? {
        Some(kept) => Ok(Output { id: kept.id, key: invoice.key, created }),
        None => Err(Error::NotListed { kind: Kind::Invoice, key: invoice.key }),
    }
}

/// Whether what the ERP keeps is what was meant.
fn same(invoice: &SalesInvoice, document: &Document) -> Result<(), Error> {
    if let Some(total) = document.total
        && total.0 != invoice.total
    {
        return Err(Error::TotalDiffers {
            kind: Kind::Invoice,
            id: document.id.clone(),
            ours: invoice.total.to_string(),
            theirs: total.0.to_string(),
        });
    }
    match document.content::<Invoice>() {
        Some(theirs)
            if theirs.kind != InvoiceKind::Invoice || !theirs.means_the_same(&Invoice::from(invoice)) =>
        {
            Err(Error::ContentDiffers {
                kind: Kind::Invoice,
                key: invoice.key.clone(),
                id: document.id.clone(),
            })
        }
        _ => Ok(()),
    }
}
