//! The table in memory, with DynamoDB's rules.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;

use async_trait::async_trait;
use serde_json::Value;

use crate::port::{Condition, Cursor, Index, Item, Key, Page, Store, StoreError, Write};

/// Writes of a transaction.
///
/// Source: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
const WRITES_MAX: usize = 100;
/// Bytes of an item; the same page.
const ITEM_BYTES_MAX: usize = 400 * 1024;
/// Bytes of a number; the page that [`bytes`] names.
const NUMBER_BYTES_MAX: usize = 21;

/// A table whose writes are all or nothing, like DynamoDB's.
#[derive(Debug, Default)]
pub struct MemoryStore {
    /// A std mutex: nothing awaits under it.
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    items: BTreeMap<Key, BTreeMap<String, Value>>,
    /// What each index has in each of its partitions: a table of a month is not read whole for a page.
    indexed: HashMap<(Index, String), BTreeSet<Key>>,
    writes: u64,
}

impl MemoryStore {
    /// Requests that wrote, a transaction counting once.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.lock().writes
    }

    /// Every item, by key.
    #[must_use]
    pub fn items(&self) -> Vec<Item> {
        let state = self.lock();
        state.items.iter().map(|(key, attributes)| item(key, attributes)).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl State {
    fn places(&self, key: &Key) -> Vec<(Index, String)> {
        let attributes = self.items.get(key);
        let place = |index: Index| {
            let partition = attributes?.get(index.attributes().0)?.as_str()?;
            Some((index, partition.to_owned()))
        };
        [Index::ByStatus, Index::ByEntity].into_iter().filter_map(place).collect()
    }

    fn index(&mut self, key: &Key) {
        for place in self.places(key) {
            self.indexed.entry(place).or_default().insert(key.clone());
        }
    }

    fn unindex(&mut self, key: &Key) {
        for place in self.places(key) {
            if let Some(keys) = self.indexed.get_mut(&place) {
                keys.remove(key);
            }
        }
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn get(&self, key: &Key) -> Result<Option<Item>, StoreError> {
        Ok(self.lock().items.get(key).map(|attributes| item(key, attributes)))
    }

    async fn partition(&self, pk: &str) -> Result<Vec<Item>, StoreError> {
        let state = self.lock();
        let found = state.items.range(Key::new(pk, "")..).take_while(|(key, _)| key.pk == pk);
        Ok(found.map(|(key, attributes)| item(key, attributes)).collect())
    }

    async fn index(
        &self,
        index: Index,
        pk: &str,
        from: Option<Cursor>,
        limit: u32,
    ) -> Result<Page, StoreError> {
        let (_, sk_name) = index.attributes();
        let state = self.lock();
        let text = |attributes: &BTreeMap<String, Value>, name: &str| -> Option<String> {
            attributes.get(name).and_then(Value::as_str).map(str::to_owned)
        };
        let place = |item: &Item| {
            let sort = text(&item.attributes, sk_name).unwrap_or_default();
            [(sk_name, &sort), ("pk", &item.key.pk), ("sk", &item.key.sk)]
                .map(|(name, value)| (name.to_owned(), value.clone()))
        };
        let before = |from: &Cursor, item: &Item| {
            let [sort, pk, sk] = place(item);
            let at = |name: &str| from.0.get(name).cloned().unwrap_or_default();
            (sort.1, pk.1, sk.1) < (at(sk_name), at("pk"), at("sk"))
        };
        let keys = state.indexed.get(&(index, pk.to_owned()));
        let mut found: Vec<Item> = keys
            .into_iter()
            .flatten()
            .filter_map(|key| state.items.get_key_value(key))
            .filter(|(_, attributes)| attributes.contains_key(sk_name))
            .map(|(key, attributes)| item(key, attributes))
            .filter(|item| from.as_ref().is_none_or(|from| before(from, item)))
            .collect();
        found.sort_by_key(|item| std::cmp::Reverse(place(item)));
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|item| Cursor(place(item).into()));
        Ok(Page { items: found, next })
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let mut state = self.lock();
        let mut seen = BTreeSet::new();
        if writes.len() > WRITES_MAX {
            return Err(invalid(format!("{} writes; a transaction has at most {WRITES_MAX}", writes.len())));
        }
        for (number, write) in writes.iter().enumerate() {
            let (key, when) = parts(write);
            if !seen.insert(key.clone()) {
                return Err(invalid(format!("a transaction names {key} twice")));
            }
            if said(write).any(|(_, value)| holds_float(value)) {
                return Err(invalid(format!(
                    "{key} would hold a number that is no integer; write it as text"
                )));
            }
            let current = state.items.get(key);
            let kept = current.filter(|_| matches!(write, Write::Update { .. }));
            let bytes: usize = kept.into_iter().flatten().chain(said(write)).map(bytes).sum();
            if bytes > ITEM_BYTES_MAX {
                return Err(invalid(format!("{key} would have {bytes} bytes; {ITEM_BYTES_MAX} are allowed")));
            }
            if !when.iter().all(|condition| holds(condition, current)) {
                let current = current.map(|attributes| item(key, attributes));
                return Err(StoreError::Refused { write: number, current });
            }
        }
        state.writes += 1;
        for write in writes {
            let key = parts(&write).0.clone();
            state.unindex(&key);
            apply(&mut state.items, write);
            state.index(&key);
        }
        Ok(())
    }
}

fn item(key: &Key, attributes: &BTreeMap<String, Value>) -> Item {
    Item { key: key.clone(), attributes: attributes.clone() }
}

fn invalid(message: String) -> StoreError {
    StoreError::Unavailable { class: crate::Class::Validation, message }
}

/// What a write stores.
fn said(write: &Write) -> impl Iterator<Item = (&String, &Value)> {
    let attributes = match write {
        Write::Put { item: Item { attributes, .. }, .. } | Write::Update { set: attributes, .. } => {
            Some(attributes)
        }
        Write::Delete { .. } => None,
    };
    attributes.into_iter().flatten()
}

/// About what DynamoDB counts.
///
/// Source: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>
fn bytes((name, value): (&String, &Value)) -> usize {
    name.len() + value_bytes(value)
}

fn value_bytes(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 1,
        Value::Number(_) => NUMBER_BYTES_MAX,
        Value::String(text) => text.len(),
        Value::Array(items) => 3 + items.iter().map(|item| 1 + value_bytes(item)).sum::<usize>(),
        Value::Object(fields) => 3 + fields.iter().map(|field| 1 + bytes(field)).sum::<usize>(),
    }
}

fn holds_float(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(items) => items.iter().any(holds_float),
        Value::Object(fields) => fields.values().any(holds_float),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

fn parts(write: &Write) -> (&Key, &[Condition]) {
    match write {
        Write::Put { item, when } => (&item.key, when),
        Write::Update { key, when, .. } | Write::Delete { key, when } => (key, when),
    }
}

fn holds(condition: &Condition, current: Option<&BTreeMap<String, Value>>) -> bool {
    let attribute = |name: &str| current.and_then(|attributes| attributes.get(name));
    match condition {
        Condition::Absent => current.is_none(),
        Condition::Exists => current.is_some(),
        Condition::Equals(name, value) => attribute(name) == Some(value),
        Condition::Below(name, value) => attribute(name).is_some_and(|have| below(have, value)),
        Condition::OneOf(name, values) => attribute(name).is_some_and(|have| values.contains(have)),
        Condition::Without(name) => attribute(name).is_none(),
        Condition::Any(conditions) => conditions.iter().any(|condition| holds(condition, current)),
    }
}

fn below(have: &Value, than: &Value) -> bool {
    match (have, than) {
        (Value::String(have), Value::String(than)) => have < than,
        _ => matches!((have.as_i64(), than.as_i64()), (Some(have), Some(than)) if have < than),
    }
}

fn apply(items: &mut BTreeMap<Key, BTreeMap<String, Value>>, write: Write) {
    match write {
        Write::Put { item, .. } => {
            items.insert(item.key, item.attributes);
        }
        Write::Update { key, set, add, remove, .. } => {
            let attributes = items.entry(key).or_default();
            attributes.extend(set);
            for (name, by) in add {
                let have = attributes.get(&name).and_then(Value::as_i64).unwrap_or(0);
                attributes.insert(name, Value::from(have.saturating_add(by)));
            }
            for name in remove {
                attributes.remove(&name);
            }
        }
        Write::Delete { key, .. } => {
            items.remove(&key);
        }
    }
}
