//! The engine: a delivery becomes an execution's next part.
//!
//! `deliver` claims, runs the plan step by step and says what to tell the queue. Between any two instructions the
//! process may stop: what is in the table then is enough to go on.

mod ask;
mod emit;
mod ending;
mod fresh;
mod park;
mod report;
mod retry;
mod run;
mod stored;
mod write;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::execution::{self, Claim, Claimed, Progress, STARTS_MAX, document_key};
use crate::plan::{Plan, Trigger};
use crate::{
    ActionName, ActionSpec, Class, Condition, Connector, Delivery, Fault, FlowName, Item, Ports, StoreError,
    System, Write,
};

pub use report::{Outcome, Report, StepTiming};
pub use retry::{
    AGE_MAX, AUTH_RETRY, BACKOFF_BASE, BACKOFF_MAX, CONFLICT_TRIES_MAX, HELD_MIN, NOT_FOUND_RETRY_MAX,
    NOT_FOUND_SOON, RECEIVES_MAX, TRIES_MAX,
};

use ending::Ending;
pub use run::SPARE;
use run::{Ran, Run};
pub use stored::plan as stored_plan;

/// The systems and settings of one pair.
#[derive(Clone)]
pub struct Connected {
    /// The pair's settings, as `$connection`.
    pub connection: Value,
    /// Its connectors.
    pub connectors: Vec<Arc<dyn Connector>>,
    /// The versions of the secrets that they were made of: a new one is a reason to ask again a system that refused the old.
    pub secret_versions: BTreeMap<System, String>,
}

impl Connected {
    /// What all its connectors can do, and the engine itself.
    #[must_use]
    pub fn specs(&self) -> Vec<ActionSpec> {
        self.connectors.iter().flat_map(|connector| connector.specs()).collect()
    }

    /// The connector that has an action, with what is known of it.
    pub(crate) fn connector(
        &self,
        action: &ActionName,
    ) -> Option<(&Arc<dyn Connector>, Cow<'_, ActionSpec>)> {
        self.connectors.iter().find_map(|connector| Some((connector, connector.spec(action)?)))
    }
}

/// Times of an engine; small in tests.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long a claim lasts: the function's timeout and 10 s.
    pub lease: SignedDuration,
}

/// Runs one flow.
pub struct Engine {
    ports: Ports,
    plan: Arc<Plan>,
    settings: Settings,
    /// Which flows listen to what, for `emit`.
    routes: Vec<(FlowName, Vec<Trigger>)>,
    /// Plans of documents that executions began with, by hash. A std mutex: nothing awaits under it.
    plans: Mutex<BTreeMap<String, Arc<Plan>>>,
}

impl Engine {
    /// An engine for `plan`.
    #[must_use]
    pub fn new(
        ports: Ports,
        plan: Arc<Plan>,
        routes: Vec<(FlowName, Vec<Trigger>)>,
        settings: Settings,
    ) -> Self {
        Self { ports, plan, settings, routes, plans: Mutex::new(BTreeMap::new()) }
    }

    /// The flow it runs.
    #[must_use]
    pub fn flow(&self) -> &FlowName {
        &self.plan.flow
    }

    /// Takes a delivery as far as it goes until `deadline` (the end of the function's time). `connected` is a fault
    /// where the pair's systems cannot be reached at all (a secret is missing).
    pub async fn deliver(
        &self,
        connected: Result<&Connected, Fault>,
        delivery: &Delivery,
        deadline: Timestamp,
    ) -> Report {
        match self.try_deliver(connected, delivery, deadline).await {
            Ok(report) => report,
            Err(error) => {
                // The row is as it is: what was begun is found again by whoever takes the message next.
                tracing::warn!(
                    event.id = %delivery.event, trace.id = %delivery.trace_id, fault.message = %error,
                    "The table could not be used; the message comes back"
                );
                let outcome = Outcome::RetryAfter(retry::uncounted_delay(delivery.receive_count));
                let fault = Fault::new(Class::Transient, "table", error.to_string());
                Report { fault: Some(fault), ..Report::of(outcome) }
            }
        }
    }

    async fn try_deliver(
        &self,
        connected: Result<&Connected, Fault>,
        delivery: &Delivery,
        deadline: Timestamp,
    ) -> Result<Report, StoreError> {
        self.store_document().await?;
        let hash = self.plan.hash.as_str();
        let claim =
            execution::claim(&self.ports, &self.plan.flow, hash, delivery, self.settings.lease).await?;
        match claim {
            Claim::Finished(_) => Ok(Report::of(Outcome::Skipped("duplicate".to_owned()))),
            Claim::Busy(until) => {
                let rest = until.duration_since(self.ports.clock.now());
                let delay = rest.max(retry::uncounted_delay(delivery.receive_count));
                Ok(Report::of(Outcome::RetryAfter(delay)))
            }
            Claim::Parked(execution) => Ok(self.letter_again(&execution, delivery).await),
            Claim::Claimed(claimed) => self.run_claimed(connected, *claimed, delivery, deadline).await,
        }
    }

    async fn run_claimed(
        &self,
        connected: Result<&Connected, Fault>,
        mut claimed: Claimed,
        delivery: &Delivery,
        deadline: Timestamp,
    ) -> Result<Report, StoreError> {
        if claimed.execution().starts >= STARTS_MAX {
            let message = format!(
                "{} runs in a row did not store how they ended: the process stopped or was out of time, or the table refused \
                 the write; look at the function's log, then replay",
                STARTS_MAX - 1
            );
            let fault = Fault::new(Class::Transient, "crashed", message);
            return self.park(&mut claimed, delivery, "-", fault, Vec::new()).await;
        }
        let connected = match connected {
            Ok(connected) => connected,
            Err(fault) => return self.fault_before_steps(&mut claimed, delivery, fault).await,
        };
        let plan = match self.plan_of(&claimed, connected).await? {
            Ok(plan) => plan,
            Err(fault) => return self.fault_before_steps(&mut claimed, delivery, fault).await,
        };
        let body = match claimed.execution().event_corrected {
            false => Cow::Borrowed(delivery.body.as_str()),
            // What the table holds counts: the message may be a letter, or the source's own repeat, with the event as it came.
            true => Cow::Owned(execution::read_event(self.ports.store.as_ref(), claimed.execution()).await?),
        };
        let event: Value = match serde_json::from_str(&body) {
            Ok(event) => event,
            Err(error) => {
                let fault = Fault::new(
                    Class::Validation,
                    "malformed_event",
                    format!("the event is no JSON: {error}"),
                );
                return self.park(&mut claimed, delivery, "-", fault, Vec::new()).await;
            }
        };
        for connector in &connected.connectors {
            for (kind, id) in connector.names(&delivery.source, &event) {
                claimed.link(kind, id);
            }
        }
        let mut run = Run::new(self, connected, claimed, delivery, event, deadline);
        let ending = run.steps(&plan.steps, None).await;
        run.give_back_probes().await;
        let Ran { mut claimed, steps, breakers } = run.into_parts();
        let ended = self.end(&mut claimed, delivery, ending, steps.clone()).await;
        let ended = match ended {
            Err(error) if error.is_invalid() => {
                let fault = Fault::new(Class::Validation, "cannot_be_stored", error.to_string());
                let step = steps.last().map_or("-", |step| step.step.as_str()).to_owned();
                self.park(&mut claimed, delivery, &step, fault, steps).await
            }
            ended => ended,
        };
        Ok(Report { breakers, ..ended? })
    }

    /// Ends a claim as its run has ended.
    async fn end(
        &self,
        claimed: &mut Claimed,
        delivery: &Delivery,
        ending: Result<(), Ending>,
        steps: Vec<StepTiming>,
    ) -> Result<Report, StoreError> {
        match ending {
            Ok(()) => self.finish(claimed, Progress::Done, Outcome::Done, None, steps).await,
            Err(Ending::Skip(reason)) => {
                let outcome = Outcome::Skipped(reason.clone());
                self.finish(claimed, Progress::Skipped(reason), outcome, None, steps).await
            }
            Err(Ending::Park { step, fault }) => self.park(claimed, delivery, &step, *fault, steps).await,
            Err(Ending::Wait { waiting, fault }) => {
                let after =
                    waiting.retry_at.duration_since(self.ports.clock.now()).max(SignedDuration::from_secs(1));
                let outcome = Outcome::RetryAfter(after);
                self.finish(claimed, Progress::Waiting(*waiting), outcome, Some(*fault), steps).await
            }
            Err(Ending::ComeBack(after)) => {
                let outcome = Outcome::RetryAfter(after);
                self.finish(claimed, Progress::Released, outcome, None, steps).await
            }
            Err(Ending::LeaseLost) => {
                let after = retry::uncounted_delay(delivery.receive_count);
                Ok(Report { steps, ..Report::of(Outcome::RetryAfter(after)) })
            }
            Err(Ending::Store(error)) => Err(error),
        }
    }

    /// A fault that met the execution before its first step: the pair cannot be reached, the document is gone.
    async fn fault_before_steps(
        &self,
        claimed: &mut Claimed,
        delivery: &Delivery,
        fault: Fault,
    ) -> Result<Report, StoreError> {
        let before = retry::Before {
            step: "-",
            waiting: claimed.execution().waiting.as_ref(),
            receive_count: delivery.receive_count,
            waits_since: claimed.execution().waits_since(),
            now: self.ports.clock.now(),
            random: self.ports.clock.random(),
        };
        match retry::verdict(&fault, retry::Rules::default(), before) {
            retry::Verdict::Retry(waiting) => {
                let after =
                    waiting.retry_at.duration_since(self.ports.clock.now()).max(SignedDuration::from_secs(1));
                let outcome = Outcome::RetryAfter(after);
                self.finish(claimed, Progress::Waiting(waiting), outcome, Some(fault), Vec::new()).await
            }
            retry::Verdict::Park(reason) | retry::Verdict::Skip(reason) => {
                self.park(claimed, delivery, "-", Fault { code: reason, ..fault }, Vec::new()).await
            }
        }
    }

    async fn finish(
        &self,
        claimed: &mut Claimed,
        progress: Progress,
        outcome: Outcome,
        fault: Option<Fault>,
        steps: Vec<StepTiming>,
    ) -> Result<Report, StoreError> {
        let report = Report { outcome, steps, fault, newly_parked: false, breakers: Vec::new() };
        match claimed.end(&self.ports, progress).await {
            Ok(()) => Ok(report),
            Err(StoreError::Refused { .. }) => {
                // Somebody else has it now and will end it.
                Ok(Report { outcome: Outcome::RetryAfter(retry::uncounted_delay(1)), ..report })
            }
            Err(error) => Err(error),
        }
    }

    /// Stores the flow document by its hash, once a process: an execution that began with it can end with it after
    /// the next deploy.
    async fn store_document(&self) -> Result<(), StoreError> {
        let hash = self.plan.hash.as_str().to_owned();
        if self.lock_plans().contains_key(&hash) {
            return Ok(());
        }
        let malformed = |error: serde_json::Error| StoreError::Malformed {
            key: hash.clone(),
            message: error.to_string(),
        };
        let text = serde_json::to_string(&self.plan.document).map_err(malformed)?;
        let item = Item {
            key: document_key(&hash),
            attributes: BTreeMap::from([("document".to_owned(), Value::from(text))]),
        };
        match self.ports.store.write(vec![Write::Put { item, when: vec![Condition::Absent] }]).await {
            Ok(()) | Err(StoreError::Refused { .. }) => {
                self.lock_plans().insert(hash, Arc::clone(&self.plan));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// The plan of the document that an execution began with.
    async fn plan_of(
        &self,
        claimed: &Claimed,
        connected: &Connected,
    ) -> Result<Result<Arc<Plan>, Fault>, StoreError> {
        let hash = claimed.execution().document.clone();
        if let Some(plan) = self.lock_plans().get(&hash) {
            return Ok(Ok(Arc::clone(plan)));
        }
        let loaded = stored::plan(self.ports.store.as_ref(), &hash, &connected.specs()).await?;
        Ok(loaded.map(|plan| {
            let plan = Arc::new(plan);
            self.lock_plans().insert(hash, Arc::clone(&plan));
            plan
        }))
    }

    fn lock_plans(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<Plan>>> {
        self.plans.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
