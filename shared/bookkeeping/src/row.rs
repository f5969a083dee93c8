//! What a run has come to, in the table: kept after each page, so that another process goes on where one stopped, and of two at once one
//! moves it and the other leaves it.

use flow::{Attributes, Condition, Index, Item, Key, StoreError, Write};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Client, Error};

const VERSION: &str = "version";
const STATE: &str = "state";
/// Characters of a problem that are kept.
const PROBLEM_MAX: usize = 200;

/// A row with its state.
pub(crate) struct Row<S> {
    key: Key,
    /// 0: there is none yet.
    version: u64,
    pub(crate) state: S,
}

impl<S: Serialize + DeserializeOwned> Row<S> {
    /// The row, or `new` where there is none.
    pub(crate) async fn read(client: &Client, key: Key, new: S) -> Result<Self, Error> {
        let Some(row) = client.ports.store.get(&key).await? else {
            return Ok(Self { key, version: 0, state: new });
        };
        let version = row.attributes.get(VERSION).and_then(Value::as_u64).unwrap_or_default();
        Ok(Self { key, version, state: state(&row)? })
    }

    /// Keeps it under a partition and a place of the second index, where nobody else has gone on meanwhile.
    pub(crate) async fn save(&mut self, client: &Client, index: (String, String)) -> Result<(), Error> {
        let (index_pk, index_sk) = Index::ByEntity.attributes();
        let state = serde_json::to_value(&self.state).map_err(|error| malformed(&self.key, &error))?;
        let attributes = Attributes::from([
            (STATE.to_owned(), state),
            (VERSION.to_owned(), Value::from(self.version + 1)),
            (index_pk.to_owned(), Value::from(index.0)),
            (index_sk.to_owned(), Value::from(index.1)),
        ]);
        let item = Item { key: self.key.clone(), attributes };
        let when = match self.version {
            0 => Condition::Absent,
            version => Condition::Equals(VERSION, Value::from(version)),
        };
        match client.ports.store.write(vec![Write::Put { item, when: vec![when] }]).await {
            Ok(()) => {
                self.version += 1;
                Ok(())
            }
            Err(StoreError::Refused { .. }) => Err(Error::Overtaken { row: self.key.to_string() }),
            Err(error) => Err(error.into()),
        }
    }
}

/// What a row holds.
pub(crate) fn state<S: DeserializeOwned>(row: &Item) -> Result<S, StoreError> {
    let state = row.attributes.get(STATE).cloned().unwrap_or_default();
    serde_json::from_value(state).map_err(|error| malformed(&row.key, &error))
}

/// A row that is not as we write it.
pub(crate) fn malformed(key: &Key, error: &serde_json::Error) -> StoreError {
    let message = canonical::redact(&error.to_string(), PROBLEM_MAX);
    StoreError::Malformed { key: key.to_string(), message }
}
