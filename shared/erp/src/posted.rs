//! How what is posted converges: invoices, credit notes, payments, journals. They are posted by being put and are never changed, so
//! one that is there and means the same is kept. Two calls: put, and a find for a second one.
//!
//! Nothing that is posted is taken back here: of two under one key a person reverses one.

use canonical::{Money, NaturalKey};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::document::{Document, Kind, holder, sole};
use crate::{Client, Error};

/// What is there now.
pub(crate) struct Posted {
    /// The ERP's id.
    pub(crate) id: String,
    /// Whether this call made it.
    pub(crate) created: bool,
}

/// Looks for the one of a key: its id. One call.
pub(crate) async fn find(
    client: &Client,
    kind: Kind,
    key: &NaturalKey,
    same: impl Fn(&Document) -> Result<(), Error> + Send + Sync,
) -> Result<Option<String>, Error> {
    let Some(first) = sole(client, kind, key).await? else { return Ok(None) };
    same(&first)?;
    Ok(Some(first.id))
}

/// Converges. `same` tells what the ERP keeps from what was meant.
pub(crate) async fn put<B: Serialize + Sync>(
    client: &Client,
    kind: Kind,
    key: &NaturalKey,
    body: &B,
    same: impl Fn(&Document) -> Result<(), Error> + Send + Sync,
) -> Result<Posted, Error> {
    let put: Result<(Document, bool), Error> = client.put(kind, key.as_str(), body).await;
    let (document, created) = match put {
        Ok(done) => done,
        Err(error) if error.is_content_differs() => {
            let holder = holder(client, kind, key).await?;
            same(&holder)?;
            return Ok(Posted { id: holder.id, created: false });
        }
        // Another worker's may have come first, or a person's: ours is the one under our key.
        Err(error) if error.says_nothing_is_left() => {
            let found = find(client, kind, key, same).await?;
            return found.map(|id| Posted { id, created: false }).ok_or(error);
        }
        Err(error) => return Err(error),
    };
    same(&document)?;
    let kept = sole(client, kind, key).await?;
    if let Some(kept) = &kept {
        same(kept)?;
    }
    match (kept, document.is_cancelled()) {
        (Some(kept), false) if kept.id == document.id => Ok(Posted { id: kept.id, created }),
        // Another one under the key stands where the first does not.
        (Some(kept), true) if kept.id != document.id => Ok(Posted { id: kept.id, created: false }),
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
