//! `store.posting.claim`: which document books a movement of the balance. Whoever comes first does; all others leave it.
//!
//! A movement is posted once, by a payment document of a flow or in a day's journal: its row is taken before either is sent.

use std::collections::BTreeMap;

use canonical::{BalanceTransactionId, NaturalKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Stored, fault};
use crate::{Class, Condition, Fault, Item, Key, StoreError, Write};

/// The action's name.
pub(super) const NAME: &str = "store.posting.claim";
/// What the document's key stands under.
const DOCUMENT: &str = "document";

/// What is to be booked, and by what.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The movement.
    pub transaction: BalanceTransactionId,
    /// Key of the document that is to book it.
    pub document: NaturalKey,
}

/// Who books it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Output {
    /// Whether it is this document.
    pub ours: bool,
    /// Key of the document that does.
    pub document: NaturalKey,
}

pub(super) fn key(_: &Stored, input: &Input) -> Result<NaturalKey, Fault> {
    let key = format!("posting:{}:{}", input.transaction, input.document);
    key.parse().map_err(|error: canonical::Error| {
        Fault::new(Class::Validation, "malformed_posting", error.to_string())
    })
}

/// Who has it; `None` where nobody does yet.
pub(super) async fn find(stored: Stored, input: Input) -> Result<Option<Output>, Fault> {
    let row = stored.ports.store.get(&row_key(&stored, &input)?).await.map_err(|error| fault(&error))?;
    row.map(|row| holder(&row, &input)).transpose()
}

/// Takes it, where nobody has.
pub(super) async fn claim(stored: Stored, input: Input) -> Result<Output, Fault> {
    let attributes = BTreeMap::from([
        (DOCUMENT.to_owned(), Value::from(input.document.as_str())),
        ("at".to_owned(), Value::from(stored.ports.clock.now().to_string())),
    ]);
    let item = Item { key: row_key(&stored, &input)?, attributes };
    match stored.ports.store.write(vec![Write::Put { item, when: vec![Condition::Absent] }]).await {
        Ok(()) => Ok(Output { ours: true, document: input.document }),
        Err(StoreError::Refused { .. }) => {
            let gone = || Fault::new(Class::Conflict, "posting_changed", "the movement's row came and went");
            find(stored, input).await?.ok_or_else(gone)
        }
        Err(error) => Err(fault(&error)),
    }
}

fn row_key(stored: &Stored, input: &Input) -> Result<Key, Fault> {
    Ok(Key::new(format!("P#{}#bt#{}", stored.pair()?, input.transaction), "-"))
}

fn holder(row: &Item, input: &Input) -> Result<Output, Fault> {
    let document = row.attributes.get(DOCUMENT).and_then(Value::as_str).and_then(|key| key.parse().ok());
    let document: NaturalKey = document.ok_or_else(|| {
        fault(&StoreError::Malformed { key: row.key.to_string(), message: "it names no document".to_owned() })
    })?;
    Ok(Output { ours: document == input.document, document })
}
