//! What a replay would ask for first, without asking.

use std::collections::BTreeMap;

use canonical::NaturalKey;
use serde_json::Value;

use super::Shown;
use crate::engine::Connected;
use crate::execution::{Begun, NO_STEP, StepPath, StepRecord};
use crate::expression::{ExpressionError, Scope};
use crate::plan::{Plan, Step, StepKind, Use};
use crate::{ActionSpec, Effect, Fault};

/// What the failed step would do now, made of the outputs that are kept. A replay reads anew what no write was made of, and may come
/// to something else.
#[derive(Clone, Debug, PartialEq)]
pub enum Preview {
    /// A request.
    Request {
        /// The step.
        step: StepPath,
        /// The action.
        action: String,
        /// Whether it changes anything outside.
        writes: bool,
        /// What names its effect; `None` for reads, and where the pair's systems are not at hand.
        natural_key: Option<NaturalKey>,
        /// What is sent.
        input: Value,
        /// Whether its effect is looked for first, because it may have arrived.
        is_looked_for: bool,
    },
    /// A check.
    Check {
        /// The step.
        step: StepPath,
        /// Whether it would hold.
        holds: bool,
    },
    /// An event to other flows, or a value.
    Value {
        /// The step.
        step: StepPath,
        /// `emit` or `set`.
        kind: &'static str,
        /// What it would be.
        value: Value,
    },
    /// It cannot be said: an expression fails.
    Fails {
        /// The step.
        step: StepPath,
        /// Why.
        fault: Fault,
    },
    /// No step is left that would do anything, as far as the kept outputs tell.
    Nothing,
}

/// Says what the step that failed would do now, or the first that has not run. `connected` may have no connectors: then a
/// request has no natural key.
#[must_use]
pub fn preview(plan: &Plan, specs: &[ActionSpec], connected: &Connected, shown: &Shown) -> Preview {
    let failed = shown.execution.parked.as_ref().map(|parked| parked.step.as_str());
    let walk =
        Walk { records: shown.counting(), target: failed.filter(|step| *step != NO_STEP), connected, specs };
    let mut scope = Scope::new(shown.event_json(), connected.connection.clone());
    walk.steps(&plan.steps, None, &mut scope).unwrap_or(Preview::Nothing)
}

struct Walk<'a> {
    records: BTreeMap<StepPath, &'a StepRecord>,
    /// The path of the failed step; `None`: the first that has not run.
    target: Option<&'a str>,
    connected: &'a Connected,
    specs: &'a [ActionSpec],
}

impl Walk<'_> {
    fn steps(&self, steps: &[Step], round: Option<&str>, scope: &mut Scope) -> Option<Preview> {
        steps.iter().find_map(|step| self.step(step, StepPath::new(round, &step.id), scope))
    }

    /// The preview, where this is the step or holds it.
    fn step(&self, step: &Step, path: StepPath, scope: &mut Scope) -> Option<Preview> {
        if let Some(record) = self.records.get(&path).filter(|record| record.is_finished()) {
            scope.set(&step.id, std::sync::Arc::clone(&record.output));
            return None;
        }
        let is_target = self.target == Some(path.as_str());
        let holds_target = self.target.is_some_and(|target| {
            target.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('.'))
        });
        let runs = step.when.as_ref().map_or(Ok(true), |when| when.holds(scope));
        match runs {
            Ok(true) => {}
            Ok(false) if is_target || holds_target => {}
            Ok(false) => return None,
            Err(error) => return Some(fails(path, error)),
        }
        match &step.kind {
            // Computed again after a correction, and needed by what follows.
            StepKind::Set { value } if !is_target => match value.evaluate(scope) {
                Ok(value) => {
                    scope.set(&step.id, value);
                    None
                }
                Err(error) => Some(fails(path, error)),
            },
            StepKind::ForEach { items, name, steps } if holds_target || self.target.is_none() => {
                let items = match items.items(scope) {
                    Ok(items) => items,
                    Err(error) => return Some(fails(path, error)),
                };
                items.into_iter().enumerate().find_map(|(n, item)| {
                    let mut inner = scope.clone();
                    inner.set(name, item);
                    self.steps(steps, Some(&path.round(n)), &mut inner)
                })
            }
            StepKind::Choose { branches } if holds_target || self.target.is_none() => {
                let branch = branches.iter().find(|(when, steps)| {
                    let is_taken = steps.iter().any(|step| {
                        let inner = StepPath::new(Some(path.as_str()), &step.id);
                        self.target.is_some_and(|target| target.starts_with(inner.as_str()))
                    });
                    is_taken || (self.target.is_none() && when.holds(scope).unwrap_or(false))
                });
                branch.and_then(|(_, steps)| self.steps(steps, Some(path.as_str()), &mut scope.clone()))
            }
            // Something before the failed step is not kept: that is what is asked for first.
            _ => Some(self.act(step, path, scope)),
        }
    }

    fn act(&self, step: &Step, path: StepPath, scope: &Scope) -> Preview {
        let said = match &step.kind {
            StepKind::Use(uses) => return self.request(uses, path, scope),
            StepKind::Check { condition, .. } => {
                condition.holds(scope).map(|holds| Preview::Check { step: path.clone(), holds })
            }
            StepKind::Set { value } => {
                value.evaluate(scope).map(|value| Preview::Value { step: path.clone(), kind: "set", value })
            }
            StepKind::Emit { with, .. } => {
                with.evaluate(scope).map(|value| Preview::Value { step: path.clone(), kind: "emit", value })
            }
            StepKind::ForEach { .. } | StepKind::Choose { .. } => return Preview::Nothing,
        };
        said.unwrap_or_else(|error| fails(path, error))
    }

    fn request(&self, uses: &Use, path: StepPath, scope: &Scope) -> Preview {
        let begun = self.records.get(&path).and_then(|record| record.begun.as_ref());
        let spec = self.specs.iter().find(|spec| spec.name == uses.action);
        let writes = spec.is_some_and(|spec| matches!(spec.effect, Effect::Write { .. }));
        // As the engine decides: what was refused is said anew, unless a person has said it.
        let kept = begun.filter(|begun| !begun.refused || begun.corrected);
        let action = uses.action.to_string();
        if let Some(Begun { key, body, refused, .. }) = kept {
            let (natural_key, input) = (Some(key.clone()), Value::clone(body));
            return Preview::Request {
                step: path,
                action,
                writes,
                natural_key,
                input,
                is_looked_for: !refused,
            };
        }
        let input = match uses.with.evaluate(scope) {
            Ok(input) => input,
            Err(error) => return fails(path, error),
        };
        let natural_key = match self.connected.connector(&uses.action).filter(|_| writes) {
            None => None,
            Some((connector, _)) => match connector.natural_key(&uses.action, &input) {
                Ok(key) => Some(key),
                Err(fault) => return Preview::Fails { step: path, fault },
            },
        };
        Preview::Request { step: path, action, writes, natural_key, input, is_looked_for: false }
    }
}

fn fails(step: StepPath, error: ExpressionError) -> Preview {
    Preview::Fails { step, fault: Fault::from(error) }
}
