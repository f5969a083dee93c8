//! From text to plan: the whole document is read, whatever mistakes it has, and all of them are told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::mistake::{Mistake, Mistakes};
use super::model::{FlowDocument, TriggerDocument};
use super::node::{Node, Yaml};
use super::{FLOW_FILE, Source};
use crate::expression::{Place, Scope};
use crate::plan::{Plan, Trigger};
use crate::{ActionSpec, FlowName, StepId};

/// Longest document, in bytes.
const DOCUMENT_LENGTH_MAX: usize = 262_144;
/// Deepest nesting of a document: reading goes down with it, and a stack that overflows ends the process. Flows nest some ten deep.
const DOCUMENT_DEPTH_MAX: usize = 32;

/// Reads and checks a document. `actions` are all that connectors offer.
///
/// # Errors
/// Every mistake in it, by line.
pub fn load(source: &Source, actions: &[ActionSpec]) -> Result<Plan, Mistakes> {
    let mut loader = Loader::new(source, actions);
    let head = read_head(&mut loader);
    let steps = head.as_ref().map_or(&[][..], |head| &head.steps);
    loader.collect_ids(steps);
    let steps = loader.steps(steps, &mut Vec::new());
    if head.is_some() {
        loader.unused_mappings();
    }
    let plan = head.and_then(|head| head.known).map(|known| Plan {
        flow: known.flow,
        description: known.description,
        hash: source.hash(),
        document: source.clone(),
        triggers: known.triggers,
        steps,
    });
    let mistakes = loader.into_mistakes();
    plan.filter(|_| mistakes.is_empty()).ok_or(Mistakes(mistakes))
}

/// A document whose steps are still YAML.
pub(super) struct Head {
    /// Absent where the head has mistakes; the steps are checked all the same.
    pub(super) known: Option<Known>,
    steps: Vec<Node>,
}

/// What a document says before its steps.
pub(super) struct Known {
    pub(super) flow: FlowName,
    description: String,
    pub(super) triggers: Vec<Trigger>,
}

pub(super) struct Loader<'a> {
    pub(super) source: &'a Source,
    pub(super) actions: &'a [ActionSpec],
    pub(super) file: Arc<str>,
    /// Where each step's id stands first.
    pub(super) ids: BTreeMap<String, u32>,
    pub(super) used_mappings: BTreeSet<String>,
    /// What the output of a step looks like, by its id, where its action is known.
    pub(super) outputs: BTreeMap<String, &'a ActionSpec>,
    mistakes: Vec<Mistake>,
}

pub(super) fn read_head(loader: &mut Loader<'_>) -> Option<Head> {
    if loader.source.yaml.len() > DOCUMENT_LENGTH_MAX {
        let message = format!("the document is longer than {DOCUMENT_LENGTH_MAX} bytes");
        loader.mistake(1, None, message, "split the flow");
        return None;
    }
    let options = serde_saphyr::options! { budget: serde_saphyr::budget! { max_depth: DOCUMENT_DEPTH_MAX } };
    let root: Node = match serde_saphyr::from_str_with_options(&loader.source.yaml, options) {
        Ok(root) => root,
        Err(error) => {
            let line = error.location().map_or(1, |at| u32::try_from(at.line()).unwrap_or(1));
            let text = error.without_snippet().to_string();
            loader.mistake(
                line,
                None,
                format!("this is not YAML: {text}"),
                "correct the indentation or quoting",
            );
            return None;
        }
    };
    let steps = root.get("steps").map_or(&[][..], Node::items).to_vec();
    if steps.is_empty() {
        loader.mistake(1, None, "the flow has no steps", "say what it does");
    }
    let document: Option<FlowDocument> = loader.parse(&root, None);
    let known = document.map(|document| loader.known(&root, document));
    Some(Head { known, steps })
}

impl<'a> Loader<'a> {
    pub(super) fn new(source: &'a Source, actions: &'a [ActionSpec]) -> Self {
        Self {
            source,
            actions,
            file: source.path(FLOW_FILE).into(),
            ids: BTreeMap::new(),
            used_mappings: BTreeSet::new(),
            outputs: BTreeMap::new(),
            mistakes: Vec::new(),
        }
    }

    pub(super) fn into_mistakes(mut self) -> Vec<Mistake> {
        self.mistakes.sort();
        self.mistakes.dedup();
        self.mistakes
    }

    pub(super) fn place(&self, line: u32, step: Option<&StepId>) -> Place {
        Place { file: Arc::clone(&self.file), line, step: step.cloned() }
    }

    /// Notes a mistake in `flow.yaml`.
    pub(super) fn mistake(
        &mut self,
        line: u32,
        step: Option<&StepId>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let place = self.place(line, step);
        self.mistake_at(&place, message, remedy);
    }

    /// Notes a mistake anywhere.
    pub(super) fn mistake_at(
        &mut self,
        place: &Place,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.mistakes.push(Mistake {
            file: place.file.to_string(),
            line: place.line,
            step: place.step.as_ref().map(ToString::to_string),
            message: message.into(),
            remedy: remedy.into(),
        });
    }

    /// Reads a map into its type; what does not fit becomes a mistake at the line of the member that it names.
    pub(super) fn parse<T: DeserializeOwned>(&mut self, node: &Node, step: Option<&StepId>) -> Option<T> {
        match serde_json::from_value(node.to_json()) {
            Ok(value) => Some(value),
            Err(error) => {
                let text = error.to_string();
                let mut names = text.split('`').skip(1).step_by(2);
                let named = names.next().unwrap_or_default();
                let line = node.get(named).map_or(node.line, |member| member.line);
                let near = super::nearest(named, names).filter(|_| text.starts_with("unknown field"));
                let remedy = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "see flow.schema.json for what a document may say".to_owned(),
                };
                self.mistake(line, step, text.clone(), remedy);
                None
            }
        }
    }

    fn known(&mut self, root: &Node, document: FlowDocument) -> Known {
        if document.flow.as_str() != self.source.folder {
            let line = root.get("flow").map_or(1, |node| node.line);
            let message =
                format!("the flow is called `{}` and its folder `{}`", document.flow, self.source.folder);
            self.mistake(line, None, message, "give both one name");
        }
        if document.triggers.is_empty() {
            self.mistake(1, None, "the flow has no trigger", "name the event that starts it");
        }
        let nodes = root.get("triggers").map_or(&[][..], Node::items);
        for (trigger, node) in document.triggers.iter().zip(nodes) {
            self.check_trigger(trigger, node.line);
        }
        let triggers = document.triggers.into_iter();
        let triggers =
            triggers.map(|TriggerDocument { source, event, entity }| Trigger { source, event, entity });
        Known { flow: document.flow, description: document.description, triggers: triggers.collect() }
    }

    fn check_trigger(&mut self, trigger: &TriggerDocument, line: u32) {
        if trigger.entity.is_empty() {
            self.mistake(
                line,
                None,
                "the trigger does not say what its event is about",
                "add JSON pointers to `entity`",
            );
        }
        for pointer in trigger.entity.iter().filter(|pointer| !pointer.starts_with('/')) {
            let message = format!("`{pointer}` is no JSON pointer");
            self.mistake(line, None, message, "begin it with `/`, as in `/data/object/id`");
        }
    }

    /// Where every step's id stands, so that a read of a later step can be told from a slip.
    fn collect_ids(&mut self, steps: &[Node]) {
        for step in steps {
            if let Some(id) = step.get("id") {
                self.note_id(id);
            }
            if let Some(body) = step.get("do") {
                self.collect_ids(body.items());
            }
            for branch in step.get("choose").map_or(&[][..], Node::items) {
                self.collect_ids(branch.get("do").map_or(&[][..], Node::items));
            }
        }
    }

    fn note_id(&mut self, id: &Node) {
        let Some(text) = id.as_str() else { return };
        if let Some(first) = self.ids.get(text) {
            let message = format!("the id `{text}` is taken by the step in line {first}");
            let step = text.parse().ok();
            self.mistake(id.line, step.as_ref(), message, "give each step an id of its own");
        } else {
            self.ids.insert(text.to_owned(), id.line);
        }
    }

    fn unused_mappings(&mut self) {
        for name in self.source.mappings.keys() {
            if !self.used_mappings.contains(name) {
                let place = Place { file: self.source.path(name).into(), line: 1, step: None };
                self.mistake_at(
                    &place,
                    "no step uses this mapping file",
                    "remove it, or use it with `{ map: … }`",
                );
            }
        }
    }

    /// Whether a name can be read, and if not, why.
    pub(super) fn name_problem(&self, name: &str, scope: &[String]) -> Option<(String, String)> {
        if Scope::gives(name) || scope.iter().any(|known| known == name) {
            return None;
        }
        if let Some(line) = self.ids.get(name) {
            let message = format!(
                "`${name}` is the output of the step in line {line}, which is not done before this one"
            );
            return Some((message, "move that step up, or read another".to_owned()));
        }
        let mut known: Vec<&str> = Scope::given().collect();
        known.extend(scope.iter().map(String::as_str));
        let remedy = match super::nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `${near}`?"),
            None => format!("in scope are `${}`", known.join("`, `$")),
        };
        Some((format!("`${name}` is not in scope"), remedy))
    }
}

impl Yaml {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Scalar(serde_json::Value::Null) => "nothing",
            Self::Scalar(_) => "a single value",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}
