//! A flow document that was found sound: what the engine runs.

mod step;
mod trigger;

pub use step::{Decision, End, Fate, OnError, OnNotFound, Step, StepKind, Use};
pub use trigger::Trigger;

use crate::document::{DocumentHash, Source};
use crate::{FlowName, StepId};

/// A flow, checked: every expression parses, every name is in scope, every action exists.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The flow.
    pub flow: FlowName,
    /// What it does, in a sentence.
    pub description: String,
    /// Identifies the document: an execution ends with the one it began with.
    pub hash: DocumentHash,
    /// The document, so that it can be stored under its hash and loaded again.
    pub document: Source,
    /// Which events start it.
    pub triggers: Vec<Trigger>,
    /// What it does, in order.
    pub steps: Vec<Step>,
}

impl Plan {
    /// The step of an id, wherever it stands.
    #[must_use]
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.all_steps().into_iter().find(|step| step.id == *id)
    }

    /// Every step, nested ones after the one that holds them.
    #[must_use]
    pub fn all_steps(&self) -> Vec<&Step> {
        let mut all = Vec::new();
        collect(&self.steps, &mut all);
        all
    }
}

fn collect<'a>(steps: &'a [Step], all: &mut Vec<&'a Step>) {
    for step in steps {
        all.push(step);
        match &step.kind {
            StepKind::ForEach { steps, .. } => collect(steps, all),
            StepKind::Choose { branches } => branches.iter().for_each(|(_, steps)| collect(steps, all)),
            StepKind::Use(_) | StepKind::Check { .. } | StepKind::Set { .. } | StepKind::Emit { .. } => {}
        }
    }
}
