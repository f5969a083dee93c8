//! `erp.journal.put`: one journal entry under its key. Converges: one that is there and means the same is kept. Two calls: put, and
//! a find for a second one.
//!
//! A line has the rate that makes its base ([`JournalLine::rate`]): an ERP works out the company's currency for itself, and must
//! come to what was meant.

use canonical::{Journal, JournalLine, NaturalKey};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::document::{Document, Kept, Kind};
use crate::port::Put;
use crate::posted;
use crate::{Client, Error, Settings, wire};

/// The action's name.
pub const NAME: &str = "erp.journal.put";

/// What is booked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The journal; one that does not balance cannot be had.
    pub document: Journal,
}

/// The document's own key.
///
/// # Errors
/// None.
pub fn key(_: &Client, input: &Input) -> Result<NaturalKey, Error> {
    Ok(input.document.key().clone())
}

/// Looks for the journal. One call.
///
/// # Errors
/// [`Error::ContentDiffers`] where the key holds another, [`Error::DuplicateDocument`] where it holds two, or as the ERP answers.
pub async fn find(client: Client, input: Input) -> Result<Option<Kept>, Error> {
    let journal = input.document;
    let same = |theirs: &Document| same(&journal, client.settings(), theirs);
    posted::find(&client, Kind::Journal, journal.key(), same).await
}

/// Converges.
///
/// # Errors
/// A journal of another company (nothing is sent); [`Error::DuplicateDocument`] where two are posted, because a posted one is
/// reversed by a person; or as the ERP answers.
pub async fn run(client: Client, input: Input) -> Result<Kept, Error> {
    let journal = input.document;
    check(&journal, client.settings())?;
    let body = wire::Journal::of(&journal, client.settings(), JournalLine::rate);
    let same = |theirs: &Document| same(&journal, client.settings(), theirs);
    posted::put(&client, journal.key(), Put::Journal(&body), same).await
}

/// Whether it is kept in the company's currency, as all lines are where one is.
fn check(journal: &Journal, settings: &Settings) -> Result<(), Error> {
    let other = journal.lines().iter().find(|line| line.base.currency() != settings.currency);
    let Some(JournalLine { base, .. }) = other else { return Ok(()) };
    Err(Error::OtherBooks { key: journal.key().clone(), theirs: base.currency(), ours: settings.currency })
}

/// Whether what the ERP keeps is what was meant.
fn same(journal: &Journal, settings: &Settings, document: &Document) -> Result<(), Error> {
    let ours = wire::Journal::of(journal, settings, JournalLine::rate);
    let means = |theirs: &wire::Journal| theirs.means_the_same(&ours, settings.currency);
    posted::compare(Kind::Journal, journal.key(), document, None, means)
}
