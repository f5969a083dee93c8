//! What happened, line by line, and the first rule that was broken.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::SimClock;

/// Lines that the story of an order shows.
const TAIL_LINES: usize = 120;

/// The journal of a history. All clones are one.
#[derive(Clone, Debug)]
pub(crate) struct Journal {
    clock: SimClock,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    lines: Vec<(u64, String)>,
    broken: Option<String>,
}

impl Journal {
    pub(crate) fn new(clock: SimClock) -> Self {
        Self { clock, inner: Arc::default() }
    }

    /// Adds a line.
    pub(crate) fn tell(&self, line: String) {
        self.lock().lines.push((self.clock.elapsed_ms(), line));
    }

    /// A rule is broken; the first counts.
    pub(crate) fn broken(&self, what: String) {
        self.tell(format!("BROKEN: {what}"));
        self.lock().broken.get_or_insert(what);
    }

    /// The first rule that was broken.
    pub(crate) fn first_broken(&self) -> Option<String> {
        self.lock().broken.clone()
    }

    /// A number that two plays of one seed share.
    pub(crate) fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.lock().lines.hash(&mut hasher);
        hasher.finish()
    }

    /// How many lines there are.
    pub(crate) fn len(&self) -> usize {
        self.lock().lines.len()
    }

    /// The last lines that name one of `words`; every line, where none is given.
    pub(crate) fn tail(&self, words: &[String]) -> String {
        let inner = self.lock();
        let named = |line: &&(u64, String)| {
            words.is_empty() || words.iter().any(|word| line.1.contains(word.as_str()))
        };
        let lines: Vec<_> = inner.lines.iter().filter(named).collect();
        let most = if words.is_empty() { lines.len() } else { TAIL_LINES };
        let tail = &lines[lines.len().saturating_sub(most)..];
        let shown = tail.iter().map(|(ms, line)| format!("{:>6}.{:03}  {line}\n", ms / 1000, ms % 1000));
        shown.collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
