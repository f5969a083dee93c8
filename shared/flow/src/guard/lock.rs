//! One write in flight for each order of the shop, over all flows: a lease in the table, taken in the transaction that begins the
//! write and given back in the one that ends it.
//!
//! Magento before 2.4.4 corrupted quantities under parallel invoices and shipments
//! (<https://github.com/magento/magento2/issues/10396>).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::{Condition, Item, Key, Write};

/// Seconds that a lock's row outlives its lease, until the store forgets it.
const KEPT_SECONDS: i64 = 24 * 3600;

/// A lock as an execution holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// Its row.
    pub key: Key,
    /// The execution's partition: whoever resumes it has the lock already.
    pub owner: String,
    /// How long the system may still be committing a request that was given up.
    pub settle: SignedDuration,
}

impl Lock {
    /// Takes it until `until`, where nobody else has it at `now`.
    #[must_use]
    pub fn take(&self, now: Timestamp, until: Timestamp) -> Write {
        let free = Condition::Any(vec![
            Condition::Without("owner"),
            Condition::Equals("owner", Value::from(self.owner.clone())),
            Condition::Below("until", Value::from(now.as_millisecond())),
        ]);
        let expires_at = until.as_second().saturating_add(KEPT_SECONDS);
        Write::Update {
            key: self.key.clone(),
            set: BTreeMap::from([
                ("owner".to_owned(), Value::from(self.owner.clone())),
                ("until".to_owned(), Value::from(until.as_millisecond())),
                ("expires_at".to_owned(), Value::from(expires_at)),
            ]),
            add: BTreeMap::new(),
            remove: Vec::new(),
            when: vec![free],
        }
    }

    /// Gives it back: nothing of ours is under way any more.
    #[must_use]
    pub fn give_back(&self) -> Write {
        Write::Delete { key: self.key.clone(), when: vec![self.ours()] }
    }

    /// Keeps it until `until`: a request whose answer was lost may still be committing.
    #[must_use]
    pub fn keep(&self, until: Timestamp) -> Write {
        Write::Update {
            key: self.key.clone(),
            set: BTreeMap::from([("until".to_owned(), Value::from(until.as_millisecond()))]),
            add: BTreeMap::new(),
            remove: Vec::new(),
            when: vec![self.ours()],
        }
    }

    fn ours(&self) -> Condition {
        Condition::Equals("owner", Value::from(self.owner.clone()))
    }
}

/// Until when somebody else has a lock, as its row says.
#[must_use]
pub fn until(row: Option<&Item>) -> Option<Timestamp> {
    let until = row?.attributes.get("until")?.as_i64()?;
    Timestamp::from_millisecond(until).ok()
}
