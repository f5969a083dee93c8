//! `store.posting.claim`: which document books a movement of the balance. Whoever comes first does; all others leave it.
//!
//! A movement is posted once, by a payment document of a flow or in a day's journal: its row is taken before either is sent. The
//! gross and the fee may be booked by two documents: an ERP's payment of a charge has the gross, and a journal the fee.
//!
//! A journal that books the money of an order before the ERP has the order puts it in suspense, and says so in the row. The order's
//! own document then takes it from there. Which of both comes first is decided by the row: one says `suspense`, or the other `asked`.

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
    /// Whether that one has put it in suspense, for want of an order: then it is for this document to take it from there.
    pub in_suspense: bool,
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

/// The documents that book a movement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holders {
    /// By part.
    by: BTreeMap<Part, NaturalKey>,
    /// Whether its gross stands in suspense, or has been taken from there by the order's own document.
    pub in_suspense: bool,
    /// Whether the order's own document has come, and was told that the money is booked by another.
    asked: bool,
}

impl Holders {
    /// The document that books a part.
    #[must_use]
    pub fn get(&self, part: Part) -> Option<&NaturalKey> {
        self.by.get(&part)
    }

    /// The documents that book any part.
    pub fn documents(&self) -> impl Iterator<Item = &NaturalKey> {
        self.by.values()
    }
}

/// What says that the gross stands in suspense.
const SUSPENSE: &str = "suspense";
/// What says that the order's own document came later than another.
const ASKED: &str = "asked";

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
    let held = held.map_err(|error| fault(&error))?;
    Ok(output(&held, &input.document).filter(|found| found.ours || found.in_suspense || held.asked))
}

fn output(held: &Holders, document: &NaturalKey) -> Option<Output> {
    let holder = held.get(Part::Gross)?.clone();
    Some(Output { ours: holder == *document, document: holder, in_suspense: held.in_suspense })
}

/// Takes it, where nobody has.
pub(super) async fn claim(stored: Stored, input: Input) -> Result<Output, Fault> {
    let Input { transaction, document } = input;
    let asked = Claim { transaction, document: document.clone() };
    let taken = async {
        let held = take_one(&stored.ports, stored.pair()?, &[Part::Gross], &asked).await;
        let held = held.map_err(|error| fault(&error))?;
        let is_others = held.get(Part::Gross) != Some(&document);
        if is_others && !held.in_suspense && !held.asked {
            return ask(&stored.ports, stored.pair()?, &asked.transaction)
                .await
                .map_err(|error| fault(&error));
        }
        Ok(held)
    };
    let changed = || Fault::new(Class::Conflict, "posting_changed", "the movement's row came and went");
    output(&taken.await?, &document).ok_or_else(changed)
}

/// Says that the order's own document has come, where the other has not put the money in suspense; what the row says then.
async fn ask(
    ports: &Ports,
    pair: &PairId,
    transaction: &BalanceTransactionId,
) -> Result<Holders, StoreError> {
    say(ports, pair, transaction, ASKED, SUSPENSE).await?;
    held(ports, &row_key(pair, transaction)).await
}

/// Who books a movement.
///
/// # Errors
/// The table's.
pub async fn holders(
    ports: &Ports,
    pair: &PairId,
    transaction: &BalanceTransactionId,
) -> Result<Holders, StoreError> {
    held(ports, &row_key(pair, transaction)).await
}

/// Says that a journal puts the gross of a movement that it books in suspense; whether it may: not where the order's own document has
/// come meanwhile. Then the ERP has the order.
///
/// # Errors
/// The table's.
pub async fn put_in_suspense(
    ports: &Ports,
    pair: &PairId,
    transaction: &BalanceTransactionId,
) -> Result<bool, StoreError> {
    say(ports, pair, transaction, SUSPENSE, ASKED).await
}

/// Says the one, where the other is not said; whether it is said now.
async fn say(
    ports: &Ports,
    pair: &PairId,
    transaction: &BalanceTransactionId,
    what: &'static str,
    unless: &'static str,
) -> Result<bool, StoreError> {
    let update = Write::Update {
        key: row_key(pair, transaction),
        set: Attributes::from([(what.to_owned(), Value::from(true))]),
        add: BTreeMap::new(),
        remove: Vec::new(),
        when: vec![Condition::Exists, Condition::Without(unless)],
    };
    match ports.store.write(vec![update]).await {
        Ok(()) => Ok(true),
        Err(StoreError::Refused { .. }) => Ok(false),
        Err(error) => Err(error),
    }
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
            let ours = |claim: &Claim| Holders {
                by: parts.iter().map(|part| (*part, claim.document.clone())).collect(),
                ..Holders::default()
            };
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

async fn take_one(
    ports: &Ports,
    pair: &PairId,
    parts: &[Part],
    claim: &Claim,
) -> Result<Holders, StoreError> {
    let key = row_key(pair, &claim.transaction);
    for _ in 0..LOOKS_MAX {
        let mut held = held(ports, &key).await?;
        let free: Vec<Part> = parts.iter().copied().filter(|part| held.get(*part).is_none()).collect();
        if free.is_empty() {
            return Ok(held);
        }
        let now = ports.clock.now().to_string();
        match ports.store.write(vec![write(pair, &free, claim, &now)]).await {
            Ok(()) => {
                held.by.extend(free.into_iter().map(|part| (part, claim.document.clone())));
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
    let Some(row) = ports.store.get(key).await? else { return Ok(Holders::default()) };
    let mut by = BTreeMap::new();
    for part in Part::ALL {
        if let Some(document) = row.attributes.get(part.attribute()) {
            by.insert(part, holder(&row, document)?);
        }
    }
    let says = |what: &str| row.attributes.get(what).and_then(Value::as_bool).unwrap_or_default();
    Ok(Holders { by, in_suspense: says(SUSPENSE), asked: says(ASKED) })
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
