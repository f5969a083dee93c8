//! Whether anything still goes wrong: all faults end at once, before it is asked whether everything ends well.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::chance::Chance;

/// On until the faults stop. All clones are one.
#[derive(Clone, Debug)]
pub(crate) struct Switch {
    off: Arc<AtomicBool>,
    chance: Chance,
}

impl Switch {
    pub(crate) fn new(chance: Chance) -> Self {
        Self { off: Arc::default(), chance }
    }

    /// Ends all faults.
    pub(crate) fn stop(&self) {
        self.off.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_on(&self) -> bool {
        !self.off.load(Ordering::SeqCst)
    }

    /// Whether a fault of this frequency happens now.
    pub(crate) fn strikes(&self, permille: u64) -> bool {
        self.is_on() && self.chance.permille(permille)
    }
}
