//! Cursors: how far a feed has been read. They move only past what is durable, and only forward: each write is conditional on the
//! version that was read, so that of two sweeps at once one moves it and the other leaves it.

use std::collections::BTreeMap;

use canonical::PairId;
use flow::{Condition, Fault, Item, Key, Ports, StoreError, Write};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::bring::table;

/// Where a feed's state stands in its item.
const STATE: &str = "state";
/// Rises with each write.
const VERSION: &str = "version";

/// A feed's state, as the table holds it.
pub(crate) struct Cursor<S> {
    key: Key,
    version: u64,
    pub(crate) state: S,
}

fn key(pair: &PairId, feed: &str) -> Key {
    Key::new(format!("C#{pair}#{feed}"), "-")
}

impl<S: Serialize + DeserializeOwned> Cursor<S> {
    /// The cursor of a feed. Where there is none yet it begins with `first`, and is stored at once: a first run that fails must not
    /// make the next one begin later.
    ///
    /// # Errors
    /// Unavailable; or malformed.
    pub(crate) async fn read(ports: &Ports, pair: &PairId, feed: &str, first: S) -> Result<Self, Fault> {
        let key = key(pair, feed);
        let Some(mut item) = ports.store.get(&key).await.map_err(table)? else {
            let mut cursor = Self { key, version: 0, state: first };
            cursor.save(ports).await?;
            return Ok(cursor);
        };
        let malformed = |message: String| table(StoreError::Malformed { key: key.to_string(), message });
        let version = item.attributes.get(VERSION).and_then(Value::as_u64);
        let state = item.attributes.remove(STATE).unwrap_or_default();
        Ok(Self {
            version: version.ok_or_else(|| malformed("it has no version".to_owned()))?,
            state: serde_json::from_value(state).map_err(|error| malformed(error.to_string()))?,
            key,
        })
    }

    /// The state of a feed's cursor, where it has one; nothing is begun.
    ///
    /// # Errors
    /// Unavailable; or malformed.
    pub(crate) async fn look(ports: &Ports, pair: &PairId, feed: &str) -> Result<Option<S>, Fault> {
        let key = key(pair, feed);
        let Some(mut item) = ports.store.get(&key).await.map_err(table)? else { return Ok(None) };
        let malformed = |error: serde_json::Error| {
            table(StoreError::Malformed { key: key.to_string(), message: error.to_string() })
        };
        serde_json::from_value(item.attributes.remove(STATE).unwrap_or_default()).map(Some).map_err(malformed)
    }

    /// Stores the state.
    ///
    /// # Errors
    /// Another sweep was faster, or the table is unavailable: what was read since is read again next time.
    pub(crate) async fn save(&mut self, ports: &Ports) -> Result<(), Fault> {
        let malformed = |message: String| table(StoreError::Malformed { key: self.key.to_string(), message });
        let state = serde_json::to_value(&self.state).map_err(|error| malformed(error.to_string()))?;
        let attributes =
            BTreeMap::from([(VERSION.to_owned(), Value::from(self.version + 1)), (STATE.to_owned(), state)]);
        let when = match self.version {
            0 => Condition::Absent,
            version => Condition::Equals(VERSION, Value::from(version)),
        };
        let item = Item { key: self.key.clone(), attributes };
        ports.store.write(vec![Write::Put { item, when: vec![when] }]).await.map_err(table)?;
        self.version += 1;
        Ok(())
    }
}
