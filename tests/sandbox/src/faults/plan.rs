//! Faults that wait for their request.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Fault;
use crate::{System, clock};

/// How many may be planned at once.
const PLANNED_MAX: usize = 1_000;

/// A fault and whom it meets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// Which system goes wrong.
    pub system: System,
    /// How.
    pub fault: Fault,
    /// For how many requests; absent: until it is taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// Only for this method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Only where the path holds this text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

impl Planned {
    fn meets(&self, system: System, method: &str, path: &str) -> bool {
        self.system == system
            && self.times != Some(0)
            && self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self.path.as_deref().is_none_or(|wanted| path.contains(wanted))
    }
}

/// All planned faults, which systems are down, and how often each was asked in the current second.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    planned: Vec<Planned>,
    down: Vec<System>,
    windows: HashMap<System, (Timestamp, u32)>,
}

impl Faults {
    /// Adds one; `false` where there are too many already.
    pub(crate) fn plan(&self, planned: Planned) -> bool {
        let mut state = self.lock();
        let room = state.planned.len() < PLANNED_MAX;
        if room {
            state.planned.push(planned);
        }
        room
    }

    /// All that wait.
    pub(crate) fn planned(&self) -> Vec<Planned> {
        self.lock().planned.clone()
    }

    /// Takes all away, and brings every system up.
    pub(crate) fn clear(&self) {
        *self.lock() = State::default();
    }

    /// Switches a system off or on.
    pub(crate) fn set_down(&self, system: System, down: bool) {
        let mut state = self.lock();
        state.down.retain(|other| *other != system);
        if down {
            state.down.push(system);
        }
    }

    /// Which systems are off.
    pub(crate) fn down(&self) -> Vec<System> {
        self.lock().down.clone()
    }

    /// The faults that meet this request; each is used up by one.
    pub(crate) fn take(&self, system: System, method: &str, path: &str) -> Vec<Fault> {
        let mut state = self.lock();
        let mut met = Vec::new();
        for planned in &mut state.planned {
            if planned.meets(system, method, path) {
                planned.times = planned.times.map(|times| times.saturating_sub(1));
                met.push(planned.fault.clone());
            }
        }
        state.planned.retain(|planned| planned.times != Some(0));
        met
    }

    /// Whether one more request passes within this second.
    pub(crate) fn within_rate(&self, system: System, per_second: u32) -> bool {
        let mut state = self.lock();
        let now = clock::now();
        let (since, count) = state.windows.entry(system).or_insert((now, 0));
        if now.duration_since(*since) >= SignedDuration::from_secs(1) {
            (*since, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        *count <= per_second
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
