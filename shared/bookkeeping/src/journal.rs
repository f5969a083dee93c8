//! Journals as they are posted: kept in the table before they are sent, so that a repeat sends the same, whatever has become of the
//! rates or the list that they were made of; and with the ERP's number afterwards, so that none is sent again.
//!
//! Rows: `J#<pair>#<key>`, by month under the second index.

use std::collections::BTreeMap;

use books::report::JournalReference;
use canonical::{Journal, NaturalKey, PairId};
use flow::{Attributes, Condition, Index, Item, Key, Store, StoreError, Write};
use serde_json::Value;

use crate::row::malformed;
use crate::{Client, Error};

/// What the journal stands under.
const JOURNAL: &str = "journal";
/// What the ERP's number stands under.
const NUMBER: &str = "number";
/// Journals of a page.
const PAGE_ROWS: u32 = 100;

/// A journal that is kept.
struct Kept {
    journal: Journal,
    /// The ERP's, once it has taken it.
    number: Option<String>,
}

/// Posts a journal, or the one that was kept under its key before. Two calls, or none where the ERP has taken it already.
pub(crate) async fn post(client: &Client, journal: Journal) -> Result<JournalReference, Error> {
    let Kept { journal, number } = keep(client, journal).await?;
    let key = journal.key().clone();
    if number.is_some() {
        return Ok(JournalReference { key, number });
    }
    let input = erp::journal::put::Input { document: journal };
    let put = erp::journal::put::run(client.erp.clone(), input).await?;
    let write = Write::Update {
        key: row_key(client, &key)?,
        set: Attributes::from([(NUMBER.to_owned(), Value::from(put.id.as_str()))]),
        add: BTreeMap::new(),
        remove: Vec::new(),
        when: vec![Condition::Exists],
    };
    client.ports.store.write(vec![write]).await?;
    Ok(JournalReference { key, number: Some(put.id) })
}

/// The ERP's number of the journal of a key, once it has taken it.
pub(crate) async fn number(client: &Client, key: &NaturalKey) -> Result<Option<String>, Error> {
    let row = client.ports.store.get(&row_key(client, key)?).await?;
    Ok(row.map(|row| read(&row)).transpose()?.and_then(|kept| kept.number))
}

/// The journal that is kept under a key.
pub(crate) async fn kept(client: &Client, key: &NaturalKey) -> Result<Option<Journal>, Error> {
    let row = client.ports.store.get(&row_key(client, key)?).await?;
    row.map(|row| Ok(read(&row)?.journal)).transpose()
}

/// The journals that were posted in a month (`2026-03`), by day and key.
///
/// # Errors
/// The table is unavailable, or a row is malformed.
pub async fn journals(store: &dyn Store, pair: &PairId, month: &str) -> Result<Vec<Journal>, StoreError> {
    let (mut from, mut all) = (None, Vec::new());
    loop {
        let page = store.index(Index::ByEntity, &index_partition(pair, month), from, PAGE_ROWS).await?;
        for item in page.items {
            // An index may hold less than the row.
            if let Some(row) = store.get(&item.key).await? {
                all.push(read(&row)?.journal);
            }
        }
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    all.sort_by(|one, other| (one.date(), one.key()).cmp(&(other.date(), other.key())));
    Ok(all)
}

fn index_partition(pair: &PairId, month: impl std::fmt::Display) -> String {
    format!("{pair}#journals:{month}")
}

/// Keeps it, where none is kept under its key; the one that is kept then.
async fn keep(client: &Client, journal: Journal) -> Result<Kept, Error> {
    let key = row_key(client, journal.key())?;
    let (index_pk, index_sk) = Index::ByEntity.attributes();
    let pair = client.pair()?;
    let month = journal.date().strftime("%Y-%m");
    let attributes = Attributes::from([
        (JOURNAL.to_owned(), written(&key, &journal)?),
        (index_pk.to_owned(), Value::from(index_partition(pair, month))),
        (index_sk.to_owned(), Value::from(format!("{}#{}", journal.date(), journal.key()))),
    ]);
    let item = Item { key: key.clone(), attributes };
    match client.ports.store.write(vec![Write::Put { item, when: vec![Condition::Absent] }]).await {
        Ok(()) => Ok(Kept { journal, number: None }),
        Err(StoreError::Refused { .. }) => match client.ports.store.get(&key).await? {
            Some(row) => Ok(read(&row)?),
            None => Ok(Kept { journal, number: None }),
        },
        Err(error) => Err(error.into()),
    }
}

fn written(key: &Key, journal: &Journal) -> Result<Value, Error> {
    serde_json::to_value(journal).map_err(|error| malformed(key, &error).into())
}

fn read(row: &Item) -> Result<Kept, StoreError> {
    let journal = row.attributes.get(JOURNAL).cloned().unwrap_or_default();
    let journal = serde_json::from_value(journal).map_err(|error| malformed(&row.key, &error))?;
    let number = row.attributes.get(NUMBER).and_then(Value::as_str).map(str::to_owned);
    Ok(Kept { journal, number })
}

fn row_key(client: &Client, key: &NaturalKey) -> Result<Key, Error> {
    Ok(Key::new(format!("J#{}#{key}", client.pair()?), "-"))
}
