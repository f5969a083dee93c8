//! The table: items by key, conditional writes, two indexes. The engine's rules stand on top of it, once, in
//! `execution`, so that every store has the same.

use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Class;

/// Attributes of an item besides its key. Indexed ones are `gsi1pk`, `gsi1sk`, `gsi2pk`, `gsi2sk` (text); `expires_at`
/// (seconds since 1970) is when the store may forget the item.
pub type Attributes = BTreeMap<String, Value>;

/// The key of an item.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    /// Partition.
    pub pk: String,
    /// Place in the partition.
    pub sk: String,
}

impl Key {
    /// A key.
    pub fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.pk, self.sk)
    }
}

/// An item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Its key.
    pub key: Key,
    /// The rest.
    pub attributes: Attributes,
}

/// What must hold of the item that a write is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// There is no such item.
    Absent,
    /// There is such an item.
    Exists,
    /// The attribute is there and equal.
    Equals(&'static str, Value),
    /// The attribute is there and below (numbers by value, text by bytes).
    Below(&'static str, Value),
    /// The attribute is there and one of these.
    OneOf(&'static str, Vec<Value>),
    /// The item has no such attribute (or is not there).
    Without(&'static str),
    /// Any of these holds.
    Any(Vec<Condition>),
}

/// One write. Several are one transaction: all or none. All conditions of a write must hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Puts an item, replacing what is there.
    Put {
        /// The item.
        item: Item,
        /// What must hold of what is there.
        when: Vec<Condition>,
    },
    /// Changes attributes of an item, making it where it is not there.
    Update {
        /// Which.
        key: Key,
        /// Attributes to set.
        set: Attributes,
        /// Attributes to add to (absent counts as 0).
        add: BTreeMap<String, i64>,
        /// Attributes to take away.
        remove: Vec<String>,
        /// What must hold of what is there.
        when: Vec<Condition>,
    },
    /// Deletes an item.
    Delete {
        /// Which.
        key: Key,
        /// What must hold of what is there.
        when: Vec<Condition>,
    },
}

/// An index of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Index {
    /// GSI1: `<pair>#<status>`.
    ByStatus,
    /// GSI2: `<pair>#<entity>`.
    ByEntity,
}

impl Index {
    /// The names of its partition and sort attributes.
    #[must_use]
    pub const fn attributes(self) -> (&'static str, &'static str) {
        match self {
            Self::ByStatus => ("gsi1pk", "gsi1sk"),
            Self::ByEntity => ("gsi2pk", "gsi2sk"),
        }
    }
}

/// Some items, and where to go on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The last by their sort attribute first.
    pub items: Vec<Item>,
    /// Hand this back for the next page; `None` at the end.
    pub next: Option<Cursor>,
}

/// A place in an index: the keys of the item before it, as they were when it was read. Only the store that gave it knows
/// more of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor(pub BTreeMap<String, String>);

/// The table could not be used, or refused a condition.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StoreError {
    /// A condition did not hold; nothing was written.
    #[error("the table refused a write: what it holds has changed")]
    Refused {
        /// Which write of the transaction, from 0.
        write: usize,
        /// What is there now, where the store says so.
        current: Option<Item>,
    },
    /// The table did not do it, or did not answer: it may have happened.
    #[error("the table did not take a request: {message}")]
    Unavailable {
        /// Transient, throttled, conflict, auth, not_found or validation.
        class: Class,
        /// What happened and what to do.
        message: String,
    },
    /// An item is not of the form that we write.
    #[error("the table's item {key} is malformed: {message}; correct it or restore it from the backup")]
    Malformed {
        /// Its key.
        key: String,
        /// What is wrong.
        message: String,
    },
}

impl StoreError {
    /// Whether the table will never take the request: an item is too large, or holds what no item may.
    #[must_use]
    pub const fn is_invalid(&self) -> bool {
        matches!(self, Self::Unavailable { class: Class::Validation, .. })
    }
}

/// The table: DynamoDB, and [`crate::memory`]'s.
#[async_trait]
pub trait Store: Send + Sync {
    /// Reads an item as it is now.
    ///
    /// # Errors
    /// Unavailable.
    async fn get(&self, key: &Key) -> Result<Option<Item>, StoreError>;

    /// Reads a partition as it is now, in the order of `sk`; all of it (partitions here are small).
    ///
    /// # Errors
    /// Unavailable.
    async fn partition(&self, pk: &str) -> Result<Vec<Item>, StoreError>;

    /// Reads a page of an index, the last first. It may be a little behind.
    ///
    /// # Errors
    /// Unavailable.
    async fn index(
        &self,
        index: Index,
        pk: &str,
        from: Option<Cursor>,
        limit: u32,
    ) -> Result<Page, StoreError>;

    /// Writes all of `writes` (at most 100, each of another item) or none.
    ///
    /// # Errors
    /// Refused by a condition; or unavailable: then it may have happened.
    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError>;
}
