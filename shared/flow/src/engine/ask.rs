//! Whether a system may be asked, and what its answers say of it.
//!
//! The breakers of the steps up to and including the next write are looked at before any of these steps runs: a message whose
//! write could not be made does not begin. What its systems answer then is told to the breakers.

use jiff::{SignedDuration, Timestamp};

use super::ending::Ending;
use super::retry::held_up;
use super::run::Run;
use crate::execution::{StepPath, StepRecord};
use crate::fault::{OUT_OF_TIME, PACED};
use crate::guard::breaker::{self, Breaker, Change, Leave, State};
use crate::plan::{Step, StepKind, Use};
use crate::{Class, Fault, StoreError, System};

/// A system that may be asked in this delivery.
#[derive(Debug)]
pub(super) struct Asked {
    /// Its breaker, as it was last seen.
    breaker: Breaker,
    /// Whether this execution asks as the only one.
    is_probe: bool,
}

impl Run<'_> {
    /// Looks at the breakers of the steps up to the next write. The first of `steps` is the next to run.
    pub(super) async fn may_ask(&mut self, steps: &[Step], round: Option<&str>) -> Result<(), Ending> {
        let Some(first) = steps.first() else { return Ok(()) };
        let path = StepPath::new(round, &first.id);
        if self.claimed.record(&path).is_some_and(StepRecord::is_finished) {
            return Ok(());
        }
        let mut needed = Vec::new();
        until_write(steps, &mut needed);
        needed.retain(|system| !self.breakers.contains_key(*system));
        let mut probes = Vec::new();
        for system in needed {
            let store = self.engine.ports.store.as_ref();
            let seen = breaker::read(store, &self.delivery.pair, system).await?;
            let now = self.engine.ports.clock.now();
            match seen.leave(&self.execution_name(), self.secret_version(system), now) {
                Leave::Ask => {
                    self.breakers.insert(system.clone(), Asked { breaker: seen, is_probe: false });
                }
                Leave::Probe => probes.push((system.clone(), seen)),
                Leave::Wait(until) => return Err(self.held(&path, system, &seen, until)),
            }
        }
        for (system, seen) in probes {
            self.probe(&path, system, seen).await?;
        }
        self.claimed.resume(self.engine.ports.clock.now());
        Ok(())
    }

    /// Becomes the one that asks, or waits for the one that does.
    async fn probe(&mut self, path: &StepPath, system: System, seen: Breaker) -> Result<(), Ending> {
        let name = self.execution_name();
        let until = self.claimed.lease_until();
        let (ports, pair) = (&self.engine.ports, &self.delivery.pair);
        if breaker::win_probe(ports.store.as_ref(), pair, &system, &seen, &name, until).await? {
            tracing::info!(
                %system, trace.id = %self.delivery.trace_id, "Asking {system} again, as the only one"
            );
            self.breakers.insert(system, Asked { breaker: seen, is_probe: true });
            return Ok(());
        }
        let soon = ports.clock.now() + SignedDuration::from_secs(1);
        Err(self.held(path, &system, &seen, soon))
    }

    /// The end of a delivery whose systems are left alone.
    fn held(&mut self, path: &StepPath, system: &System, breaker: &Breaker, until: Timestamp) -> Ending {
        let cause = breaker.cause.as_ref();
        let message = match cause {
            Some(cause) => format!("{system} is left alone since {}: {}", cause.since, cause.message),
            None => format!("{system} is left alone"),
        };
        let class = cause.map_or(Class::Transient, |cause| cause.class);
        let fault = Fault::new(class, "breaker_open", message);
        self.changes.push(Change { system: system.clone(), is_down: breaker.is_down() });
        self.ending(path, held_up(&fault, self.before(path), until), fault)
    }

    /// Tells a system's breaker what became of a request.
    pub(super) async fn asked<T>(&mut self, uses: &Use, answer: Result<T, Fault>) -> Result<T, Fault> {
        let Some(system) = &uses.system else { return answer };
        match &answer {
            Err(fault) if fault.code == OUT_OF_TIME || fault.code == PACED => {}
            Err(fault) if fault.is_of_the_system() => self.failed(system, fault).await,
            Ok(_) | Err(_) => self.answered(system).await,
        }
        answer
    }

    /// It does not answer, or does not know us.
    async fn failed(&mut self, system: &System, fault: &Fault) {
        let name = self.execution_name();
        let version = self.secret_version(system).map(str::to_owned);
        let (ports, pair) = (&self.engine.ports, &self.delivery.pair);
        let now = ports.clock.now();
        let changed = breaker::change(ports.store.as_ref(), pair, system, |breaker| {
            breaker.failed(&name, fault, version.as_deref(), now);
        })
        .await;
        self.told(system, changed);
    }

    /// It answers.
    async fn answered(&mut self, system: &System) {
        let is_known_well =
            self.breakers.get(system).is_some_and(|asked| asked.breaker.is_untroubled() && !asked.is_probe);
        if is_known_well {
            return;
        }
        let (ports, pair) = (&self.engine.ports, &self.delivery.pair);
        let changed = breaker::change(ports.store.as_ref(), pair, system, Breaker::succeeded).await;
        self.told(system, changed);
    }

    /// Notes what a breaker has become. One that cannot be told is told by the next: nothing of the execution depends on it.
    fn told(&mut self, system: &System, changed: Result<Breaker, StoreError>) {
        let breaker = match changed {
            Ok(breaker) => breaker,
            Err(error) => {
                tracing::warn!(
                    %system, trace.id = %self.delivery.trace_id, fault.message = %error,
                    "The breaker of {system} was not told"
                );
                return;
            }
        };
        let was_open = self.breakers.get(system).is_some_and(|asked| !asked.breaker.is_closed());
        let is_open = !breaker.is_closed();
        if is_open != was_open {
            let cause = breaker.cause.as_ref().map(|cause| cause.code.as_str()).unwrap_or_default();
            let state = if is_open { "open" } else { "closed" };
            tracing::warn!(
                %system, breaker.state = state, reason = cause, trace.id = %self.delivery.trace_id,
                "The breaker of {system} is {state} {cause}"
            );
            self.changes.push(Change { system: system.clone(), is_down: breaker.is_down() });
        }
        self.breakers.insert(system.clone(), Asked { breaker, is_probe: false });
    }

    /// Until when the system that a fault speaks of is left alone, where it is.
    pub(super) fn open_until(&self, fault: &Fault, uses: Option<&Use>) -> Option<Timestamp> {
        if !fault.is_of_the_system() {
            return None;
        }
        let system = uses?.system.as_ref()?;
        match &self.breakers.get(system)?.breaker.state {
            State::Closed => None,
            State::Open { retry_at: until, .. } | State::HalfOpen { until, .. } => Some(*until),
        }
    }

    /// A probe that came to no answer leaves the question to the next.
    pub(super) async fn give_back_probes(&mut self) {
        let name = self.execution_name();
        let (ports, pair) = (&self.engine.ports, &self.delivery.pair);
        for (system, _) in self.breakers.iter().filter(|(_, asked)| asked.is_probe) {
            let now = ports.clock.now();
            let change = |breaker: &mut Breaker| breaker.given_back(&name, now);
            if let Err(error) = breaker::change(ports.store.as_ref(), pair, system, change).await {
                tracing::warn!(
                    %system, trace.id = %self.delivery.trace_id, fault.message = %error,
                    "A probe was not given back; it runs out by itself"
                );
            }
        }
    }

    /// The execution, as a breaker counts it.
    fn execution_name(&self) -> String {
        let execution = self.claimed.execution();
        format!("{}#{}", execution.flow, execution.event)
    }

    fn secret_version(&self, system: &System) -> Option<&str> {
        self.connected.secret_versions.get(system).map(String::as_str)
    }
}

/// The systems of steps up to and including the first write. Whether there is one.
fn until_write<'a>(steps: &'a [Step], systems: &mut Vec<&'a System>) -> bool {
    steps.iter().any(|step| match &step.kind {
        StepKind::Use(uses) => {
            if let Some(system) = uses.system.as_ref().filter(|system| !systems.contains(system)) {
                systems.push(system);
            }
            uses.writes
        }
        StepKind::ForEach { steps, .. } => until_write(steps, systems),
        // Which branch it takes is not known yet: what any of them needs first.
        StepKind::Choose { branches } => {
            branches.iter().filter(|(_, steps)| until_write(steps, systems)).count() > 0
        }
        StepKind::Emit { .. } => true,
        StepKind::Check { .. } | StepKind::Set { .. } => false,
    })
}
