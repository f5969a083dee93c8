//! `store.posting.claim`: which document books a movement of the balance. Whoever comes first does; all others leave it.
//!
//! A movement is posted once, by a payment document of a flow or in a day's journal: its row is taken before either is sent. The
//! gross and the fee may be booked by two documents: an ERP's payment of a charge has the gross, and a journal the fee.

use std::collections::BTreeMap;

use canonical::{BalanceTransactionId, NaturalKey, PairId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Stored, fault};
use crate::{Attributes, Class, Condition, Fault, Item, Key, Ports, StoreError, Write};

/// The action's name.
pub(super) const NAME: &str = "store.posting.claim";
/// How often a row that changes meanwhile is looked at again: it has two parts, and each is taken once.
const LOOKS_MAX: usize = 4;

/// What is to be booked, and by what.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The movement.
    pub transaction: BalanceTransactionId,
    /// Key of the document that is to book its gross.
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

/// A part of a movement that one document books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// What came or went.
    Gross,
    /// What it cost.
    Fee,
}

impl Part {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Gross, Self::Fee];

    /// What the document's key stands under.
    const fn attribute(self) -> &'static str {
        match self {
            Self::Gross => "document",
            Self::Fee => "fee_document",
        }
    }

    /// What the time stands under.
    const fn time(self) -> &'static str {
        match self {
            Self::Gross => "at",
            Self::Fee => "fee_at",
        }
    }
}

/// The documents that book a movement, by part.
pub type Holders = BTreeMap<Part, NaturalKey>;

/// A movement that a document wants to book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The movement.
    pub transaction: BalanceTransactionId,
    /// The document.
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
    let held = held(&stored.ports, &row_key(stored.pair()?, &input.transaction)).await;
    let document = held.map_err(|error| fault(&error))?.remove(&Part::Gross);
    Ok(document.map(|document| Output { ours: document == input.document, document }))
}

/// Takes it, where nobody has.
pub(super) async fn claim(stored: Stored, input: Input) -> Result<Output, Fault> {
    let Input { transaction, document } = input;
    let asked = Claim { transaction, document: document.clone() };
    let held = take_one(&stored.ports, stored.pair()?, &[Part::Gross], &asked).await;
    let holder = held.map_err(|error| fault(&error))?.remove(&Part::Gross);
    let holder = holder
        .ok_or_else(|| Fault::new(Class::Conflict, "posting_changed", "the movement's row came and went"))?;
    Ok(Output { ours: holder == document, document: holder })
}

/// Takes parts of movements (at most 100, each another), each where nobody has; says who has them then, in the same order.
///
/// # Errors
/// The table's; what was taken before stays taken, and taking it again by the same document changes nothing.
pub async fn take(
    ports: &Ports,
    pair: &PairId,
    parts: &[Part],
    claims: &[Claim],
) -> Result<Vec<Holders>, StoreError> {
    if claims.is_empty() {
        return Ok(Vec::new());
    }
    let now = ports.clock.now().to_string();
    // Mostly nobody has any of a page: then one request takes all.
    let writes = claims.iter().map(|claim| write(pair, parts, claim, &now)).collect();
    match ports.store.write(writes).await {
        Ok(()) => {
            let ours = |claim: &Claim| parts.iter().map(|part| (*part, claim.document.clone())).collect();
            Ok(claims.iter().map(ours).collect())
        }
        Err(StoreError::Refused { .. }) => {
            let mut held = Vec::with_capacity(claims.len());
            for claim in claims {
                held.push(take_one(ports, pair, parts, claim).await?);
            }
            Ok(held)
        }
        Err(error) => Err(error),
    }
}

/// The documents that book a movement; nothing is taken.
///
/// # Errors
/// The table is unavailable, or the row is malformed.
pub async fn holders(
    ports: &Ports,
    pair: &PairId,
    transaction: &BalanceTransactionId,
) -> Result<Holders, StoreError> {
    held(ports, &row_key(pair, transaction)).await
}

async fn take_one(
    ports: &Ports,
    pair: &PairId,
    parts: &[Part],
    claim: &Claim,
) -> Result<Holders, StoreError> {
    let key = row_key(pair, &claim.transaction);
    for _ in 0..LOOKS_MAX {
        let mut held = held(ports, &key).await?;
        let free: Vec<Part> = parts.iter().copied().filter(|part| !held.contains_key(part)).collect();
        if free.is_empty() {
            return Ok(held);
        }
        let now = ports.clock.now().to_string();
        match ports.store.write(vec![write(pair, &free, claim, &now)]).await {
            Ok(()) => {
                held.extend(free.into_iter().map(|part| (part, claim.document.clone())));
                return Ok(held);
            }
            Err(StoreError::Refused { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let message = format!("{key} changes each time that it is looked at");
    Err(StoreError::Unavailable { class: Class::Conflict, message })
}

async fn held(ports: &Ports, key: &Key) -> Result<Holders, StoreError> {
    let Some(row) = ports.store.get(key).await? else { return Ok(Holders::new()) };
    let mut held = Holders::new();
    for part in Part::ALL {
        if let Some(document) = row.attributes.get(part.attribute()) {
            held.insert(part, holder(&row, document)?);
        }
    }
    Ok(held)
}

fn holder(row: &Item, document: &Value) -> Result<NaturalKey, StoreError> {
    document.as_str().and_then(|key| key.parse().ok()).ok_or_else(|| StoreError::Malformed {
        key: row.key.to_string(),
        message: "it names no document".to_owned(),
    })
}

fn write(pair: &PairId, parts: &[Part], claim: &Claim, now: &str) -> Write {
    let mut set = Attributes::new();
    for part in parts {
        set.insert(part.attribute().to_owned(), Value::from(claim.document.as_str()));
        set.insert(part.time().to_owned(), Value::from(now));
    }
    Write::Update {
        key: row_key(pair, &claim.transaction),
        set,
        add: BTreeMap::new(),
        remove: Vec::new(),
        when: parts.iter().map(|part| Condition::Without(part.attribute())).collect(),
    }
}

fn row_key(pair: &PairId, transaction: &BalanceTransactionId) -> Key {
    Key::new(format!("P#{pair}#bt#{transaction}"), "-")
}
