//! How what is posted converges: invoices, credit notes, payments, journals. They are posted by being put and are never changed, so
//! one that is there and means the same is kept. Two calls: put, and a find for a second one.
//!
//! Nothing that is posted is taken back here: of two under one key a person reverses one.

use canonical::{Money, NaturalKey};
use serde::de::DeserializeOwned;

use crate::document::{Document, Kept, Kind, holder, sole};
use crate::port::Put;
use crate::{Client, Error};

/// Looks for the one of a key. One call.
pub(crate) async fn find(
    client: &Client,
    kind: Kind,
    key: &NaturalKey,
    same: impl Fn(&Document) -> Result<(), Error> + Send + Sync,
) -> Result<Option<Kept>, Error> {
    let Some(first) = sole(client, kind, key).await? else { return Ok(None) };
    same(&first)?;
    Ok(Some(Kept { id: first.id, key: key.clone(), created: false }))
}

/// Converges. `same` tells what the ERP keeps from what was meant.
pub(crate) async fn put(
    client: &Client,
    key: &NaturalKey,
    put: Put<'_>,
    same: impl Fn(&Document) -> Result<(), Error> + Send + Sync,
) -> Result<Kept, Error> {
    let kept = |id, created| Ok(Kept { id, key: key.clone(), created });
    let kind = put.kind();
    let (document, created) = match client.port().put(key, put).await {
        Ok(done) => done,
        Err(error) if error.is_content_differs() => {
            let holder = holder(client, kind, key).await?;
            same(&holder)?;
            return kept(holder.id, false);
        }
        // Another worker's may have come first, or a person's: ours is the one under our key.
        Err(error) if error.says_nothing_is_left() => {
            return find(client, kind, key, same).await?.ok_or(error);
        }
        Err(error) => return Err(error),
    };
    same(&document)?;
    let standing = sole(client, kind, key).await?;
    if let Some(standing) = &standing {
        same(standing)?;
    }
    match (standing, document.is_cancelled()) {
        (Some(standing), false) if standing.id == document.id => kept(standing.id, created),
        // Another one under the key stands where the first does not.
        (Some(standing), true) if standing.id != document.id => kept(standing.id, false),
        (_, true) => Err(Error::DocumentCancelled { kind, key: key.clone(), id: document.id }),
        (_, false) => Err(Error::NotListed { kind, key: key.clone() }),
    }
}

/// Whether what the ERP keeps comes to what was sent, where it says what, and means the same, where that can be read.
pub(crate) fn compare<T: DeserializeOwned>(
    kind: Kind,
    key: &NaturalKey,
    document: &Document,
    total: Option<Money>,
    means_the_same: impl Fn(&T) -> bool,
) -> Result<(), Error> {
    if let (Some(theirs), Some(ours)) = (document.total, total)
        && theirs.0 != ours
    {
        return Err(Error::TotalDiffers {
            kind,
            id: document.id.clone(),
            ours: ours.to_string(),
            theirs: theirs.0.to_string(),
        });
    }
    match document.content::<T>() {
        Some(theirs) if !means_the_same(&theirs) => {
            Err(Error::ContentDiffers { kind, key: key.clone(), id: document.id.clone() })
        }
        _ => Ok(()),
    }
}
