//! One step of a plan.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::Value;

use crate::expression::{Expression, ExpressionError, Scope, Template};
use crate::{ActionName, Class, Fault, StepId, System};

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its id, by which later expressions read its output.
    pub id: StepId,
    /// Where it stands in `flow.yaml`, for people.
    pub line: u32,
    /// It is left out where this does not hold; its output is then absent.
    pub when: Option<Expression>,
    /// What it does.
    pub kind: StepKind,
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum StepKind {
    /// Runs an action. Its output is the action's.
    Use(Box<Use>),
    /// Ends the execution unless the condition holds. It has no output.
    Check {
        /// What must hold.
        condition: Expression,
        /// How the execution ends where it does not.
        otherwise: End,
    },
    /// Computes a value, which is its output.
    Set {
        /// The value.
        value: Template,
    },
    /// Runs steps for each item of a list, in order. It has no output, and its steps' outputs live for one item.
    ForEach {
        /// The list. A single value counts as a list of one, nothing as an empty one: [`Expression::items`].
        items: Expression,
        /// The item's name inside.
        name: StepId,
        /// What is done with each item.
        steps: Vec<Step>,
    },
    /// Runs the steps of the first branch whose condition holds; no branch is no mistake. It has no output, and its
    /// steps' outputs live inside the branch.
    Choose {
        /// Conditions and what is done under them. An `otherwise` branch has the condition `true`.
        branches: Vec<(Expression, Vec<Step>)>,
    },
    /// Sends an event to other flows: a write.
    Emit {
        /// The event's type.
        event: String,
        /// `<kind>:<id>` of what it is about, as text: the queue's group.
        entity: Template,
        /// The event's data.
        with: Template,
    },
}

/// A step that runs an action.
#[derive(Clone, Debug)]
pub struct Use {
    /// The action.
    pub action: ActionName,
    /// The system that it asks, as breakers know it; `None`: our own table, which needs none.
    pub system: Option<System>,
    /// Whether it writes.
    pub writes: bool,
    /// Its input.
    pub with: Template,
    /// What follows when the thing is not there, where [`Use::on_error`] says nothing of the fault's code or class.
    pub not_found: Option<OnNotFound>,
    /// The same for faults of one code (`unrelated_charge`), which goes before [`Use::not_found`].
    pub not_found_of: BTreeMap<String, OnNotFound>,
    /// What follows a fault, by its code, else by its class.
    pub on_error: BTreeMap<String, OnError>,
    /// The order's id; the write is not begun where a stop exists for it.
    pub unless_stopped: Option<Expression>,
}

impl Use {
    /// What the document says about a fault: of its code, else of its class. `None`: the engine's own rule of the
    /// class, or for `not_found` what [`Use::not_found`] says.
    #[must_use]
    pub fn on_error(&self, fault: &Fault) -> Option<&OnError> {
        self.on_error.get(&fault.code).or_else(|| self.on_error.get(fault.class.as_str()))
    }

    /// What the document says about a thing that is not there: of the fault's code, else of any.
    #[must_use]
    pub fn on_not_found(&self, fault: &Fault) -> Option<&OnNotFound> {
        if fault.class != Class::NotFound {
            return None;
        }
        self.not_found_of.get(&fault.code).or(self.not_found.as_ref())
    }
}

/// What follows a thing that is not there.
#[derive(Clone, Debug)]
pub enum OnNotFound {
    /// It may come: try again, counted from the step's first try.
    RetryFor {
        /// How long.
        duration: SignedDuration,
        /// What follows then.
        then: OnError,
    },
    /// At once.
    Now(OnError),
}

/// What follows a fault. The reason of a park or a skip is the fault's code.
#[derive(Clone, Debug)]
pub enum OnError {
    /// Always the same.
    Always(Decision),
    /// As an expression says: `retry`, `park` or `skip`.
    By(Expression),
}

impl OnError {
    /// What it comes to.
    ///
    /// # Errors
    /// The expression fails, or says something else than `retry`, `park` or `skip`.
    pub fn decide(&self, scope: &Scope) -> Result<Decision, ExpressionError> {
        match self {
            Self::Always(decision) => Ok(*decision),
            Self::By(expression) => {
                let value = expression.evaluate(scope)?;
                value.as_str().and_then(Decision::parse).ok_or_else(|| {
                    expression.error("not_a_decision", "it says neither `retry` nor `park` nor `skip`")
                })
            }
        }
    }
}

/// What is done about a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Try again, as the fault's class is retried.
    Retry,
    /// A person must look.
    Park,
    /// Not ours, or no matter.
    Skip,
}

impl Decision {
    /// Reads `retry`, `park` or `skip`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "retry" => Some(Self::Retry),
            "park" => Some(Self::Park),
            "skip" => Some(Self::Skip),
            _ => None,
        }
    }
}

/// How a check that fails ends the execution.
#[derive(Clone, Debug)]
pub struct End {
    /// Whether a person must look.
    pub fate: Fate,
    /// Why, in snake case: shown, counted and searched for.
    pub reason: Template,
    /// What the person should know (both amounts, say), as text or data.
    pub detail: Option<Template>,
}

/// Whether a person must look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A person must look.
    Park,
    /// Nothing to do.
    Skip,
}

impl End {
    /// The reason and the detail, as text.
    ///
    /// # Errors
    /// An expression fails, or the reason is no text.
    pub fn evaluate(&self, scope: &Scope) -> Result<(Fate, String, Option<String>), ExpressionError> {
        let detail = match &self.detail {
            None => None,
            Some(template) => Some(text(template.evaluate(scope)?)),
        };
        Ok((self.fate, text(self.reason.evaluate(scope)?), detail))
    }
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
