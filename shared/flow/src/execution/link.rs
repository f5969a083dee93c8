//! Links: what one thing is called across systems.

use std::collections::BTreeMap;

use canonical::PairId;
use serde_json::Value;

use super::key::link_key;
use crate::Write;

/// A thing in a system: `order_number` `000000042`, `sales_order` `SO-7`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// What it is.
    pub kind: String,
    /// What it is called.
    pub id: String,
}

/// The things that an execution has seen, which are all one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// The last thing of each kind.
    known: BTreeMap<String, String>,
    /// What is not in the table yet: each leads to the entity, also where it is the second of its kind.
    fresh: Vec<Link>,
}

impl Links {
    /// Adds a thing, where it is not known.
    pub fn add(&mut self, link: Link) {
        if self.known.get(&link.kind) != Some(&link.id) {
            self.known.insert(link.kind.clone(), link.id.clone());
            self.fresh.push(link);
        }
    }

    /// Writes that store what is new: the entity's row learns every name, and each new name leads to it.
    pub(super) fn writes(&self, pair: &PairId, entity: &str) -> Vec<Write> {
        if self.fresh.is_empty() {
            return Vec::new();
        }
        let mut names: BTreeMap<String, Value> =
            self.known.iter().map(|(kind, id)| (kind.clone(), Value::from(id.clone()))).collect();
        // One thing may be met by several entities, as an order by two payments: each stays.
        names.insert(format!("{ENTITY_PREFIX}{entity}"), Value::from(entity));
        let (kind, id) = entity.split_once(':').unwrap_or(("entity", entity));
        let mut keys = vec![link_key(pair, kind, id)];
        keys.extend(self.fresh.iter().map(|link| link_key(pair, &link.kind, &link.id)));
        keys.sort();
        keys.dedup();
        keys.into_iter()
            .map(|key| Write::Update {
                key,
                set: names.clone(),
                add: BTreeMap::new(),
                remove: Vec::new(),
                when: Vec::new(),
            })
            .collect()
    }

    /// Called when the writes are through.
    pub(super) fn stored(&mut self) {
        self.fresh.clear();
    }
}

/// What attributes begin with that lead from a name to the entities whose executions tell its story.
pub(super) const ENTITY_PREFIX: &str = "entity#";
