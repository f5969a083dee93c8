//! Whether anything goes wrong: faults begin when the stage is installed, and all end at once, before it is asked whether everything ends
//! well.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::chance::Chance;

/// On from when faults start until they stop. All clones are one.
#[derive(Clone, Debug)]
pub(crate) struct Switch {
    on: Arc<AtomicBool>,
    chance: Chance,
}

impl Switch {
    pub(crate) fn new(chance: Chance) -> Self {
        Self { on: Arc::default(), chance }
    }

    /// Begins them.
    pub(crate) fn start(&self) {
        self.on.store(true, Ordering::SeqCst);
    }

    /// Ends all faults.
    pub(crate) fn stop(&self) {
        self.on.store(false, Ordering::SeqCst);
    }

    pub(crate) fn is_on(&self) -> bool {
        self.on.load(Ordering::SeqCst)
    }

    /// Whether a fault of this frequency happens now.
    pub(crate) fn strikes(&self, permille: u64) -> bool {
        self.is_on() && self.chance.permille(permille)
    }
}
