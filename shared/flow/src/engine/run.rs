//! Running a plan: step after step, each either done before, done now, or the end of this delivery.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::ask::Asked;
use super::ending::{Ending, park};
use super::{Connected, Engine, StepTiming};
use crate::execution::{Claimed, StepPath, StepRecord};
use crate::expression::{Expression, ExpressionError, Scope};
use crate::guard::breaker::Change;
use crate::plan::{End, Fate, Step, StepKind, Use};
use crate::{Call, Class, Delivery, Fault, System};

/// Spare time that a step needs beyond its action's timeout, so that its checkpoint is written before the function ends.
pub const SPARE: SignedDuration = SignedDuration::from_secs(10);
/// Rounds that a `for_each` may have.
const ROUNDS_MAX: usize = 1_000;

/// One delivery's run of a claimed execution.
pub(super) struct Run<'a> {
    pub(super) engine: &'a Engine,
    pub(super) connected: &'a Connected,
    pub(super) claimed: Claimed,
    pub(super) delivery: &'a Delivery,
    pub(super) scope: Scope,
    pub(super) deadline: Timestamp,
    timings: Vec<StepTiming>,
    /// Whether a write was brought about in this delivery.
    pub(super) has_written: bool,
    /// What is known of the systems that may be asked.
    pub(super) breakers: BTreeMap<System, Asked>,
    /// Breakers that were opened or closed.
    pub(super) changes: Vec<Change>,
}

/// What a run leaves.
pub(super) struct Ran {
    pub(super) claimed: Claimed,
    pub(super) steps: Vec<StepTiming>,
    pub(super) breakers: Vec<Change>,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        engine: &'a Engine,
        connected: &'a Connected,
        claimed: Claimed,
        delivery: &'a Delivery,
        event: Value,
        deadline: Timestamp,
    ) -> Self {
        let scope = Scope::new(event, connected.connection.clone());
        Self {
            engine,
            connected,
            claimed,
            delivery,
            scope,
            deadline,
            timings: Vec::new(),
            has_written: false,
            breakers: BTreeMap::new(),
            changes: Vec::new(),
        }
    }

    pub(super) fn into_parts(self) -> Ran {
        Ran { claimed: self.claimed, steps: self.timings, breakers: self.changes }
    }

    /// Runs steps in order. Boxed, because steps hold steps.
    pub(super) fn steps<'b>(
        &'b mut self,
        steps: &'b [Step],
        round: Option<&'b str>,
    ) -> Pin<Box<dyn Future<Output = Result<(), Ending>> + Send + 'b>> {
        Box::pin(async move {
            for (at, step) in steps.iter().enumerate() {
                self.may_ask(&steps[at..], round).await?;
                self.step(step, round).await?;
            }
            Ok(())
        })
    }

    async fn step(&mut self, step: &Step, round: Option<&str>) -> Result<(), Ending> {
        let path = StepPath::new(round, &step.id);
        self.match_write(step, &path);
        if let Some(record) = self.claimed.record(&path)
            && record.is_finished()
        {
            // Done before this delivery: its output counts, and is not asked for again, so that a check does not
            // meet our own effect.
            let output = Arc::clone(&record.output);
            self.learn(step, &output);
            self.scope.set(&step.id, output);
            return Ok(());
        }
        // What has begun is brought to its end, whatever the settings say by now.
        let is_begun = self.claimed.record(&path).is_some_and(StepRecord::is_begun);
        if let Some(when) = step.when.as_ref().filter(|_| !is_begun)
            && !self.evaluated(&path, when.holds(&self.scope))?
        {
            return Ok(());
        }
        let started = self.engine.ports.clock.now();
        let output = self.act(step, &path).await?;
        let duration_ms = self.since_ms(started);
        let action = kind(step);
        self.timings.push(StepTiming { step: path.to_string(), action: action.clone(), duration_ms });
        self.learn(step, &output);
        if self.claimed.record(&path).is_none_or(|record| !record.is_finished()) {
            let finished_at = Some(self.engine.ports.clock.now());
            let output = Arc::clone(&output);
            let record = StepRecord { action, finished_at, output, duration_ms, ..StepRecord::default() };
            self.claimed.keep(path, record);
        }
        self.scope.set(&step.id, output);
        Ok(())
    }

    /// What a step does; its output.
    async fn act(&mut self, step: &Step, path: &StepPath) -> Result<Arc<Value>, Ending> {
        match &step.kind {
            StepKind::Use(uses) => return self.use_action(uses, path).await,
            StepKind::Check { condition, otherwise } => self.check(path, condition, otherwise),
            StepKind::Set { value } => self.evaluated(path, value.evaluate(&self.scope)),
            StepKind::ForEach { items, name, steps } => self.for_each(path, items, name, steps).await,
            StepKind::Choose { branches } => self.choose(path, branches).await,
            StepKind::Emit { event, entity, with } => {
                let entity = text(&self.evaluated(path, entity.evaluate(&self.scope))?);
                let body = self.evaluated(path, with.evaluate(&self.scope))?;
                return self.emit(path, event, entity, body).await;
            }
        }
        .map(Arc::new)
    }

    fn check(&self, path: &StepPath, condition: &Expression, otherwise: &End) -> Result<Value, Ending> {
        if self.evaluated(path, condition.holds(&self.scope))? {
            return Ok(Value::Bool(true));
        }
        let (fate, reason, detail) = self.evaluated(path, otherwise.evaluate(&self.scope))?;
        let detail = detail.unwrap_or_else(|| format!("the check `{path}` does not hold"));
        Err(match fate {
            Fate::Skip => Ending::Skip(reason),
            Fate::Park => park(path, Fault::new(Class::Validation, reason, detail)),
        })
    }

    async fn choose(
        &mut self,
        path: &StepPath,
        branches: &[(Expression, Vec<Step>)],
    ) -> Result<Value, Ending> {
        for (when, steps) in branches {
            if self.took(path, steps) || self.evaluated(path, when.holds(&self.scope))? {
                self.nested(steps, path.as_str()).await?;
                return Ok(Value::Bool(true));
            }
        }
        Ok(Value::Bool(false))
    }

    /// Whether a `choose` went into this branch before: a write in it has begun.
    fn took(&self, path: &StepPath, steps: &[Step]) -> bool {
        let begun = |step: &Step| {
            let path = StepPath::new(Some(path.as_str()), &step.id);
            let own = self.claimed.record(&path).is_some_and(StepRecord::is_begun);
            own || self.claimed.has_begun_below(path.as_str())
        };
        steps.iter().any(begun)
    }

    async fn for_each(
        &mut self,
        path: &StepPath,
        items: &Expression,
        name: &crate::StepId,
        steps: &[Step],
    ) -> Result<Value, Ending> {
        let items = self.evaluated(path, items.items(&self.scope))?;
        if items.len() > ROUNDS_MAX {
            let message =
                format!("`{path}` would run {} rounds; at most {ROUNDS_MAX} are allowed", items.len());
            let fault = Fault::new(Class::Validation, "too_many_rounds", message);
            return Err(park(path, fault));
        }
        let count = items.len();
        for (n, item) in items.into_iter().enumerate() {
            let outer = self.scope.clone();
            self.scope.set(name, item);
            let ran = self.steps(steps, Some(&path.round(n))).await;
            self.scope = outer;
            ran?;
        }
        Ok(Value::from(count))
    }

    /// Steps of a branch: their outputs live inside it.
    async fn nested(&mut self, steps: &[Step], round: &str) -> Result<(), Ending> {
        let outer = self.scope.clone();
        let ran = self.steps(steps, Some(round)).await;
        self.scope = outer;
        ran
    }

    async fn use_action(&mut self, uses: &Use, path: &StepPath) -> Result<Arc<Value>, Ending> {
        let Some((connector, spec)) = self.connected.connector(&uses.action) else {
            let message = format!("no connector of this pair has the action `{}`", uses.action);
            let fault = Fault::new(Class::Validation, "unknown_action", message);
            return Err(park(path, fault));
        };
        let left = self.deadline.duration_since(self.engine.ports.clock.now());
        if left < spec.timeout + SPARE {
            return Err(self.out_of_time(path));
        }
        let connector = Arc::clone(connector);
        match spec.effect {
            crate::Effect::Read => {
                let input = self.evaluated(path, uses.with.evaluate(&self.scope))?;
                let call = self.call(0);
                let answer = connector.run(&uses.action, &call, input).await;
                let answer = self.asked(uses, answer).await;
                answer.map(Arc::new).map_err(|fault| self.fault(path, fault, Some(uses)))
            }
            crate::Effect::Write { settle } => {
                let locks = spec.locks;
                self.write(path, uses, connector.as_ref(), settle, locks).await
            }
        }
    }

    /// An expression's value, or the end: what cannot be computed is for a person.
    pub(super) fn evaluated<T>(
        &self,
        path: &StepPath,
        value: Result<T, ExpressionError>,
    ) -> Result<T, Ending> {
        value.map_err(|error| park(path, Fault::from(error)))
    }

    /// What a call may know.
    pub(super) fn call(&self, generation: u32) -> Call {
        Call {
            pair: self.delivery.pair.clone(),
            deadline: self.claimed.lease_until().min(self.deadline),
            generation,
            trace_id: self.claimed.execution().trace_id.clone(),
        }
    }

    pub(super) fn since_ms(&self, started: Timestamp) -> i64 {
        let elapsed = self.engine.ports.clock.now().duration_since(started);
        i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
    }

    /// Learns the names that an output gives to what the execution is about.
    fn learn(&mut self, step: &Step, output: &Value) {
        let StepKind::Use(uses) = &step.kind else { return };
        let Some((_, spec)) = self.connected.connector(&uses.action) else { return };
        for (kind, pointer) in spec.links {
            match output.pointer(pointer) {
                Some(Value::String(id)) => self.claimed.link(kind, id.clone()),
                Some(Value::Number(id)) => self.claimed.link(kind, id.to_string()),
                _ => {}
            }
        }
    }
}

/// The action, or the kind of step.
fn kind(step: &Step) -> String {
    match &step.kind {
        StepKind::Use(uses) => uses.action.to_string(),
        StepKind::Check { .. } => "check".to_owned(),
        StepKind::Set { .. } => "set".to_owned(),
        StepKind::ForEach { .. } => "for_each".to_owned(),
        StepKind::Choose { .. } => "choose".to_owned(),
        StepKind::Emit { .. } => "emit".to_owned(),
    }
}

/// A value as a person reads it.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
