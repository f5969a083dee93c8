//! `erp.sales_invoice.put`: one invoice of a whole sales order under its key. Converges: one that is there and means the
//! same is kept. Two calls: put, and a find for a second one.

use canonical::{NaturalKey, SalesInvoice};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::document::{Document, Kept, Kind};
use crate::port::Put;
use crate::posted;
use crate::wire::Invoice;
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
pub async fn find(client: Client, input: Input) -> Result<Option<Kept>, Error> {
    let SalesInvoice { key, .. } = &input.document;
    posted::find(&client, Kind::Invoice, key, |theirs| same(&input.document, theirs)).await
}

/// Converges.
///
/// # Errors
/// As the ERP answers; [`Error::DuplicateDocument`] where two are posted, because a posted one is reversed by a person.
pub async fn run(client: Client, input: Input) -> Result<Kept, Error> {
    let invoice = input.document;
    let body = Invoice::from(&invoice);
    posted::put(&client, &invoice.key, Put::Invoice(&body), |theirs| same(&invoice, theirs)).await
}

/// Whether what the ERP keeps is what was meant.
fn same(invoice: &SalesInvoice, document: &Document) -> Result<(), Error> {
    let ours = Invoice::from(invoice);
    let means = |theirs: &Invoice| theirs.means_the_same(&ours);
    posted::compare(Kind::Invoice, &invoice.key, document, Some(invoice.total), means)
}
