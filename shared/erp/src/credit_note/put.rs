//! `erp.credit_note.put`: one credit note against an invoice under its key. Converges: one that is there and means the same is
//! kept. Two calls: put, and a find for a second one.

use canonical::{CreditNote, NaturalKey};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::document::{Document, Kept, Kind};
use crate::port::Put;
use crate::posted;
use crate::{Client, Error, wire};

/// The action's name.
pub const NAME: &str = "erp.credit_note.put";

/// What is booked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The credit note.
    pub document: CreditNote,
}

/// The document's own key.
///
/// # Errors
/// None.
pub fn key(_: &Client, input: &Input) -> Result<NaturalKey, Error> {
    Ok(input.document.key.clone())
}

/// Looks for the credit note. One call.
///
/// # Errors
/// [`Error::ContentDiffers`] where the key holds another, [`Error::DuplicateDocument`] where it holds two, or as the ERP answers.
pub async fn find(client: Client, input: Input) -> Result<Option<Kept>, Error> {
    let CreditNote { key, .. } = &input.document;
    posted::find(&client, Kind::CreditNote, key, |theirs| same(&input.document, theirs)).await
}

/// Converges.
///
/// # Errors
/// The document does not add up (nothing is sent); [`Error::NotBooked`] where the ERP has no such invoice yet;
/// [`Error::DuplicateDocument`] where two are posted, because a posted one is reversed by a person; or as the ERP answers.
pub async fn run(client: Client, input: Input) -> Result<Kept, Error> {
    let note = input.document;
    check(&note)?;
    let body = wire::CreditNote::from(&note);
    let put = posted::put(&client, &note.key, Put::CreditNote(&body), |theirs| same(&note, theirs));
    put.await.map_err(Error::waiting_for_the_sale)
}

/// Whether the rows make the total, and the total is something.
fn check(note: &CreditNote) -> Result<(), Error> {
    note.check().map_err(|source| Error::Unsound { source })?;
    if note.total.minor() > 0 {
        return Ok(());
    }
    Err(Error::NothingToBook {
        kind: Kind::CreditNote,
        key: note.key.clone(),
        amount: note.total.to_string(),
    })
}

/// Whether what the ERP keeps is what was meant.
fn same(note: &CreditNote, document: &Document) -> Result<(), Error> {
    let ours = wire::CreditNote::from(note);
    let means = |theirs: &wire::CreditNote| theirs.means_the_same(&ours);
    posted::compare(Kind::CreditNote, &note.key, document, Some(note.total), means)
}
