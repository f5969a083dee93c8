//! One step of a document becomes one of a plan.

use std::collections::BTreeMap;

use serde_json::Value;

use super::load::Loader;
use super::model::{
    BranchDocument, CheckDocument, ChooseDocument, EmitDocument, EndDocument, ForEachDocument, SetDocument,
    UseDocument,
};
use super::nearest;
use super::node::{Node, Yaml};
use crate::expression::{Expression, Template};
use crate::plan::{End, Fate, Step, StepKind, Use};
use crate::{ActionSpec, Effect, StepId, System, stored};

/// What says what a step does.
const KINDS: [&str; 6] = ["use", "check", "set", "for_each", "choose", "emit"];
/// Deepest nesting of steps.
const NESTING_MAX: usize = 8;

/// A step while it is read: its YAML, its id, and the names that it may read.
pub(super) struct At<'n> {
    pub(super) node: &'n Node,
    pub(super) id: StepId,
    pub(super) scope: Vec<String>,
    depth: usize,
}

impl<'a> Loader<'a> {
    /// Reads the steps of a document; `scope` gains their ids.
    pub(super) fn steps(&mut self, nodes: &[Node], scope: &mut Vec<String>) -> Vec<Step> {
        self.nested(nodes, scope, 0)
    }

    fn nested(&mut self, nodes: &[Node], scope: &mut Vec<String>, depth: usize) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        if let (true, Some(first)) = (depth > NESTING_MAX, nodes.first()) {
            self.mistake(
                first.line,
                None,
                format!("steps are nested deeper than {NESTING_MAX}"),
                "split the flow",
            );
            return steps;
        }
        for node in nodes {
            let Some(step) = self.step(node, scope, depth) else { continue };
            if let Some(last) = steps.last().filter(|last| always_ends(last)) {
                let message = format!("the step is never reached: `{}` always ends the flow", last.id);
                self.mistake(
                    step.line,
                    Some(&step.id),
                    message,
                    "remove it, or correct that step's condition",
                );
            }
            if !scope.contains(&step.id.to_string()) {
                scope.push(step.id.to_string());
            }
            steps.push(step);
        }
        steps
    }

    fn step(&mut self, node: &Node, scope: &mut Vec<String>, depth: usize) -> Option<Step> {
        let id = self.step_id(node)?;
        let at = At { node, id, scope: scope.clone(), depth };
        let step = self.step_of_kind(&at);
        if step.is_none() {
            // The step is known to be wrong: whoever reads its output is not told a second time.
            scope.push(at.id.to_string());
        }
        step
    }

    fn step_id(&mut self, node: &Node) -> Option<StepId> {
        if !matches!(node.value, Yaml::Map(_)) {
            let message = format!("a step is a map, and this is {}", node.value.kind());
            self.mistake(node.line, None, message, "begin it with `- id:`");
            return None;
        }
        let Some(id) = node.get("id") else {
            self.mistake(node.line, None, "the step has no `id`", "add one in snake case");
            return None;
        };
        let id: StepId = match id.as_str().map(str::parse) {
            Some(Ok(id)) => id,
            _ => {
                self.mistake(
                    id.line,
                    None,
                    "the step's `id` is not in snake case",
                    "use letters, digits and `_`",
                );
                return None;
            }
        };
        self.check_name_is_free(&id, node.line);
        Some(id)
    }

    fn check_name_is_free(&mut self, id: &StepId, line: u32) {
        if crate::expression::Scope::gives(id.as_str()) || crate::expression::is_function(id.as_str()) {
            let message = format!("`${id}` already means something in expressions");
            self.mistake(line, Some(id), message, "choose another name");
        }
    }

    fn step_of_kind(&mut self, at: &At<'_>) -> Option<Step> {
        let kinds: Vec<&str> = KINDS.into_iter().filter(|kind| at.node.get(kind).is_some()).collect();
        let when = at.node.get("when").map(|when| self.condition(at, when));
        if let Some(when) = when.as_ref().filter(|when| when.known() == Some(Value::Bool(false))) {
            let place = when.place().clone();
            self.mistake_at(
                &place,
                "the step is never run: its `when` never holds",
                "remove the step or the condition",
            );
        }
        let kind = match kinds[..] {
            ["use"] => self.use_step(at)?,
            ["check"] => self.check_step(at)?,
            ["set"] => self.set_step(at)?,
            ["for_each"] => self.for_each_step(at)?,
            ["choose"] => self.choose_step(at)?,
            ["emit"] => self.emit_step(at)?,
            [] => {
                let members = at.node.members().iter().map(|(name, _)| name.as_str());
                let near = members.filter(|name| !["id", "when"].contains(name)).find_map(|name| {
                    nearest(name, KINDS.into_iter())
                        .map(|kind| format!("did you mean `{kind}` instead of `{name}`?"))
                });
                let remedy = near.unwrap_or_else(|| format!("say one of {}", quoted(&KINDS)));
                self.mistake(at.node.line, Some(&at.id), "the step does not say what it does", remedy);
                return None;
            }
            _ => {
                let message = format!("the step says {}", quoted(&kinds));
                self.mistake(at.node.line, Some(&at.id), message, "make a step of each");
                return None;
            }
        };
        Some(Step { id: at.id.clone(), line: at.node.line, when, kind })
    }

    fn use_step(&mut self, at: &At<'_>) -> Option<StepKind> {
        let document: UseDocument = self.parse(at.node, Some(&at.id))?;
        let with = self.members_template(at, "with");
        let mut not_found_of = BTreeMap::new();
        let not_found = document.not_found.map(|not_found| self.not_found(at, not_found, &mut not_found_of));
        let mut on_error = BTreeMap::new();
        for (name, decision) in document.on_error {
            let line = at
                .node
                .get("on_error")
                .and_then(|node| node.get(&name))
                .map_or(at.node.line, |node| node.line);
            self.check_error_name(at, line, &name);
            on_error.insert(name, self.decision(at, line, &decision));
        }
        let unless_stopped = at.node.get("unless_stopped").map(|node| self.expression(at, node));
        let spec = self.action(at, &document.action)?;
        let action = spec.name.clone();
        let system = action.system().parse().ok().filter(|system: &System| system.as_str() != stored::SYSTEM);
        let writes = matches!(spec.effect, Effect::Write { .. });
        Some(StepKind::Use(Box::new(Use {
            action,
            system,
            writes,
            with,
            not_found,
            not_found_of,
            on_error,
            unless_stopped,
        })))
    }

    fn action(&mut self, at: &At<'_>, name: &str) -> Option<&'a ActionSpec> {
        let line = at.node.get("use").map_or(at.node.line, |node| node.line);
        let actions = self.actions;
        if let Some(spec) = actions.iter().find(|spec| spec.name.as_str() == name) {
            self.check_arguments(at, spec);
            self.outputs.insert(at.id.to_string(), spec);
            return Some(spec);
        }
        let names = actions.iter().map(|spec| spec.name.as_str());
        let remedy = match nearest(name, names.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("connectors offer {}", quoted(&names.collect::<Vec<_>>())),
        };
        self.mistake(line, Some(&at.id), format!("there is no action `{name}`"), remedy);
        None
    }

    fn check_step(&mut self, at: &At<'_>) -> Option<StepKind> {
        let document: CheckDocument = self.parse(at.node, Some(&at.id))?;
        let condition = self.condition(at, at.node.get("check")?);
        if condition.known() == Some(Value::Bool(true)) {
            let place = condition.place().clone();
            self.mistake_at(
                &place,
                "the check always holds: its `otherwise` is never reached",
                "remove the step",
            );
        }
        let otherwise = self.end(at, &document.otherwise)?;
        Some(StepKind::Check { condition, otherwise })
    }

    fn end(&mut self, at: &At<'_>, document: &EndDocument) -> Option<End> {
        let node = at.node.get("otherwise")?;
        let (fate, reason) = match (&document.park, &document.skip) {
            (Some(reason), None) => (Fate::Park, reason),
            (None, Some(reason)) => (Fate::Skip, reason),
            (Some(_), Some(_)) | (None, None) => {
                let message = "`otherwise` says one of `park` and `skip`, with the reason";
                self.mistake(
                    node.line,
                    Some(&at.id),
                    message,
                    "as in `otherwise: { park: amount_mismatch }`",
                );
                return None;
            }
        };
        if super::value::inside(reason).is_none() && reason.parse::<StepId>().is_err() {
            let message = format!("the reason `{reason}` is not in snake case");
            self.mistake(
                node.line,
                Some(&at.id),
                message,
                "write it as `amount_mismatch`; sentences go to `detail`",
            );
        }
        let reason = match fate {
            Fate::Park => node.get("park"),
            Fate::Skip => node.get("skip"),
        };
        let reason = self.template(at, reason?);
        let detail = node.get("detail").map(|detail| self.template(at, detail));
        Some(End { fate, reason, detail })
    }

    fn set_step(&mut self, at: &At<'_>) -> Option<StepKind> {
        let _: SetDocument = self.parse(at.node, Some(&at.id))?;
        Some(StepKind::Set { value: self.template(at, at.node.get("set")?) })
    }

    fn for_each_step(&mut self, at: &At<'_>) -> Option<StepKind> {
        let document: ForEachDocument = self.parse(at.node, Some(&at.id))?;
        let items = self.expression(at, at.node.get("for_each")?);
        self.check_name_is_free(&document.name, at.node.line);
        if self.ids.contains_key(document.name.as_str()) {
            let message = format!("`{}` is a step's id and the item's name as well", document.name);
            self.mistake(at.node.line, Some(&at.id), message, "give the item another name under `as`");
        }
        let mut scope = at.scope.clone();
        scope.push(document.name.to_string());
        let steps = self.body(at, at.node.get("do")?, &mut scope);
        Some(StepKind::ForEach { items, name: document.name, steps })
    }

    fn choose_step(&mut self, at: &At<'_>) -> Option<StepKind> {
        let document: ChooseDocument = self.parse(at.node, Some(&at.id))?;
        let nodes = at.node.get("choose").map_or(&[][..], Node::items);
        let mut branches: Vec<(Expression, Vec<Step>)> = Vec::new();
        for (BranchDocument { when, .. }, node) in document.choose.iter().zip(nodes) {
            if branches.last().is_some_and(|(when, _)| when.known() == Some(Value::Bool(true))) {
                let message = "the branch is never reached: the one before it is taken in all other cases";
                self.mistake(node.line, Some(&at.id), message, "move the branch up, or remove it");
            }
            let condition = match (when, node.get("when")) {
                (Some(_), Some(when)) => self.condition(at, when),
                _ => Expression::constant(true, self.place(node.line, Some(&at.id))),
            };
            let mut scope = at.scope.clone();
            let steps = self.body(at, node.get("do")?, &mut scope);
            branches.push((condition, steps));
        }
        if branches.is_empty() {
            self.mistake(
                at.node.line,
                Some(&at.id),
                "`choose` has no branch",
                "add one with `when` and `do`",
            );
        }
        Some(StepKind::Choose { branches })
    }

    fn body(&mut self, at: &At<'_>, node: &Node, scope: &mut Vec<String>) -> Vec<Step> {
        if node.items().is_empty() {
            self.mistake(node.line, Some(&at.id), "`do` has no steps", "say what is done, or remove it");
        }
        self.nested(node.items(), scope, at.depth + 1)
    }

    fn emit_step(&mut self, at: &At<'_>) -> Option<StepKind> {
        let document: EmitDocument = self.parse(at.node, Some(&at.id))?;
        let entity: Template = self.template(at, at.node.get("entity")?);
        let with = self.members_template(at, "with");
        Some(StepKind::Emit { event: document.emit, entity, with })
    }
}

/// Whether nothing after the step can be reached.
fn always_ends(step: &Step) -> bool {
    let always = step.when.as_ref().is_none_or(|when| when.known() == Some(Value::Bool(true)));
    always
        && match &step.kind {
            StepKind::Check { condition, .. } => condition.known() == Some(Value::Bool(false)),
            StepKind::Choose { branches } => {
                let exhaustive =
                    branches.last().is_some_and(|(when, _)| when.known() == Some(Value::Bool(true)));
                exhaustive && branches.iter().all(|(_, steps)| steps.last().is_some_and(always_ends))
            }
            StepKind::Use(_) | StepKind::Set { .. } | StepKind::ForEach { .. } | StepKind::Emit { .. } => {
                false
            }
        }
}

pub(super) fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
