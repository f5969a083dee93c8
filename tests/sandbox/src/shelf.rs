//! Things on a shelf, with what they were a moment ago: a replica that lags is a view of an earlier time.

use std::collections::{HashMap, VecDeque};

/// How many versions of one thing are remembered.
const VERSIONS_MAX: usize = 16;

/// Up to when a reader sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct View(i64);

impl View {
    /// All that is.
    pub(crate) const NOW: Self = Self(i64::MAX);

    /// What was some milliseconds ago; may lie before everything.
    pub(crate) fn ago(ms: u64) -> Self {
        Self(clock_ms().saturating_sub(i64::try_from(ms).unwrap_or(i64::MAX)))
    }
}

/// Rows by id, in the order in which they came.
#[derive(Debug)]
pub(crate) struct Shelf<T> {
    rows: HashMap<String, VecDeque<(i64, T)>>,
    order: Vec<String>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { rows: HashMap::new(), order: Vec::new() }
    }
}

impl<T> Shelf<T> {
    /// Stores a new version.
    pub(crate) fn put(&mut self, id: &str, value: T) {
        if !self.rows.contains_key(id) {
            self.order.push(id.to_owned());
        }
        let versions = self.rows.entry(id.to_owned()).or_default();
        versions.push_back((clock_ms(), value));
        if versions.len() > VERSIONS_MAX {
            versions.pop_front();
        }
    }

    /// What a reader sees under an id.
    pub(crate) fn get(&self, id: &str, view: View) -> Option<&T> {
        self.rows.get(id)?.iter().rev().find(|(at, _)| *at <= view.0).map(|(_, value)| value)
    }

    /// What a reader sees, oldest first.
    pub(crate) fn all(&self, view: View) -> impl DoubleEndedIterator<Item = &T> {
        self.order.iter().filter_map(move |id| self.get(id, view))
    }

    /// All as they are now that came after a number of others, oldest first.
    pub(crate) fn after(&self, count: usize) -> impl Iterator<Item = &T> {
        let fresh = self.order.get(count..).unwrap_or_default();
        fresh.iter().filter_map(|id| self.get(id, View::NOW))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }
}

fn clock_ms() -> i64 {
    crate::clock::now().as_millisecond()
}
