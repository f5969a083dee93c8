//! Correcting what an execution works with. The original is kept, and nothing is sent: a replay uses what is there then.

use std::sync::Arc;

use schemars::Schema;
use serde_json::Value;

use super::{Act, By, Change, Deed, Error, Shown, difference};
use crate::execution::{
    Begun, Execution, StepPath, StepRecord, event_items, execution_pk, operated, step_key,
};
use crate::plan::Plan;
use crate::route::{BODY_BYTES_MAX, sqs_text};
use crate::{ActionName, ActionSpec, Connector, Item, Ports, Write};

/// Largest record of what was changed: it is one item of the table, which takes 400 KB.
const CHANGES_BYTES_MAX: usize = 300_000;
/// Members of an event that say which event it is.
const IDENTITY: [&str; 2] = ["id", "type"];

/// What is corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The event.
    Event,
    /// What a step holds: the request of a write that was begun and has not its effect, else its output.
    Step(StepPath),
}

/// What a correction is checked against.
pub struct Checks<'a> {
    /// The flow document that the execution began with.
    pub plan: &'a Plan,
    /// All actions.
    pub specs: &'a [ActionSpec],
    /// The pair's systems: they say what a request is about. Only a request needs them.
    pub connectors: &'a [Arc<dyn Connector>],
}

/// What was corrected.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Corrected {
    /// `event`, `request of step sales_order`, `output of step order`.
    pub what: String,
    /// Value by value.
    pub changes: Vec<Change>,
}

impl Target {
    /// The data as it is, for an editor.
    ///
    /// # Errors
    /// There is no such data, or it is no JSON.
    pub fn data(&self, shown: &Shown) -> Result<Value, Error> {
        match self {
            Self::Event => Ok(shown.event_json()),
            Self::Step(path) => {
                let record = record(shown, path)?;
                Ok(Value::clone(request(record).map_or(&record.output, |begun| &begun.body)))
            }
        }
    }
}

/// Puts `data` in the place of what `shown` holds. Only where the execution is parked, and as it was when it was looked at.
///
/// # Errors
/// The data does not fit: it is of another form, about something else, or the same. Or somebody else was faster.
pub async fn correct(
    ports: &Ports,
    checks: &Checks<'_>,
    shown: &Shown,
    target: &Target,
    data: Value,
    by: &By,
) -> Result<Corrected, Error> {
    let execution = shown.parked()?;
    let before = target.data(shown)?;
    let changes = difference::changes(&before, &data);
    if changes.is_empty() {
        return Err(Error::Invalid("nothing is different: there is nothing to correct".to_owned()));
    }
    let mut next = execution.clone();
    next.touch(ports.clock.now());
    next.corrected_fence = execution.fence + 1;
    let (what, writes) = match target {
        Target::Event => event(checks.plan, shown, &mut next, &data)?,
        Target::Step(path) => step(checks, shown, path, data)?,
    };
    let act = Act { changes, ..Act::new(next.updated_at, by, Deed::Corrected, Some(what.clone())) };
    if serde_json::to_string(&act.changes).map_or(0, |text| text.len()) > CHANGES_BYTES_MAX {
        let message = format!("more than {CHANGES_BYTES_MAX} bytes differ; correct less at a time");
        return Err(Error::Invalid(message));
    }
    let mut all = Vec::from(act.writes(execution, &next)?);
    all.extend(writes);
    ports.store.write(all).await.map_err(|error| Error::of_write(execution, error))?;
    Ok(Corrected { what, changes: act.changes })
}

type Writes = (String, Vec<Write>);

fn event(plan: &Plan, shown: &Shown, next: &mut Execution, data: &Value) -> Result<Writes, Error> {
    let execution = &shown.execution;
    let old = shown.event_json();
    if !data.is_object() {
        return Err(Error::Invalid("an event is a JSON object".to_owned()));
    }
    if let Some(name) = IDENTITY.into_iter().find(|name| old.is_object() && old.get(*name) != data.get(*name))
    {
        return Err(Error::Invalid(format!("`{name}` says which event it is, and stays as it came")));
    }
    let triggers = plan
        .triggers
        .iter()
        .filter(|trigger| trigger.source == execution.source && trigger.event == execution.event_type);
    let about: Vec<Option<String>> = triggers.map(|trigger| trigger.entity_of(data)).collect();
    if !about.is_empty() && !about.iter().flatten().any(|entity| *entity == execution.entity) {
        let message =
            format!("the event would not be about {} any more; correct something else", execution.entity);
        return Err(Error::Invalid(message));
    }
    let differs = |name: &&String| {
        let was = old.pointer(name).filter(|was| !was.is_null());
        was.is_some() && was != data.pointer(name)
    };
    if let Some(name) = plan.triggers.iter().flat_map(|trigger| &trigger.entity).find(differs) {
        return Err(Error::Invalid(format!("`{name}` says what the event is about, and stays as it came")));
    }
    let text = sqs_text(&data.to_string()).into_owned();
    if text.len() > BODY_BYTES_MAX {
        let message = format!("the event would have {} bytes; {BODY_BYTES_MAX} are allowed", text.len());
        return Err(Error::Invalid(message));
    }
    let pk = execution_pk(&execution.pair, &execution.flow, &execution.event);
    let was = event_items(&pk, &shown.event);
    let mut items = event_items(&pk, &text);
    // No part stays that nobody reads, and that would outlive the rest.
    let surplus = was.iter().skip(items.len()).map(|item| item.key.clone());
    let empty = |key| Item { key, attributes: [("body".to_owned(), Value::from(""))].into() };
    items.extend(surplus.map(empty).collect::<Vec<_>>());
    next.event_chunks = items.len();
    next.event_corrected = true;
    let mut writes: Vec<Write> = items.into_iter().map(put).collect();
    if !execution.event_corrected {
        writes
            .extend(was.into_iter().map(|item| put(Item { key: operated::original_key(&item.key), ..item })));
    }
    Ok(("event".to_owned(), writes))
}

fn step(checks: &Checks<'_>, shown: &Shown, path: &StepPath, data: Value) -> Result<Writes, Error> {
    let was = record(shown, path)?;
    let (what, now) = match request(was) {
        Some(begun) => (format!("request of step {path}"), of_request(checks, was, begun, data)?),
        None => (format!("output of step {path}"), of_output(checks, was, data)?),
    };
    let execution = &shown.execution;
    let pk = execution_pk(&execution.pair, &execution.flow, &execution.event);
    let mut writes = vec![put(now.to_item(&pk, path)?)];
    if !shown.originals.iter().any(|(name, _)| name == path.as_str()) {
        let item = was.to_item(&pk, path)?;
        writes.push(put(Item { key: operated::original_key(&step_key(&pk, path)), ..item }));
    }
    Ok((what, writes))
}

fn of_request(
    checks: &Checks<'_>,
    was: &StepRecord,
    begun: &Begun,
    data: Value,
) -> Result<StepRecord, Error> {
    let (name, spec) = spec_of(checks, was)?;
    fits(&spec.input, &data, was)?;
    let connector = checks.connectors.iter().find(|connector| connector.spec(&name).is_some());
    let Some(connector) = connector else {
        let message =
            format!("what `{name}` is about is only known with the pair's systems; their secrets are needed");
        return Err(Error::Invalid(message));
    };
    let key = connector.natural_key(&name, &data).map_err(|fault| Error::Invalid(fault.message))?;
    if key != begun.key {
        let done = if begun.refused { "it is about" } else { "it may have been done as" };
        let message = format!("{done} {}, and would be about {key} now; correct something else", begun.key);
        return Err(Error::Invalid(message));
    }
    // A natural key need not name the order: that of a payment does not.
    let order = spec.locks.filter(|order| begun.body.pointer(order) != data.pointer(order));
    if let Some(order) = order {
        let message =
            format!("`{order}` says which order it is about, and stays as it is; correct something else");
        return Err(Error::Invalid(message));
    }
    // What may have arrived is looked for first, and other bytes need another idempotency key.
    let answer_is_stored = begun.answer_is_stored || !begun.refused;
    let begun = Begun { key, body: Arc::new(data), corrected: true, answer_is_stored, ..begun.clone() };
    Ok(StepRecord { begun: Some(begun), ..was.clone() })
}

fn of_output(checks: &Checks<'_>, was: &StepRecord, data: Value) -> Result<StepRecord, Error> {
    // What a `set` computes has no schema.
    if was.action != "set" {
        let (_, spec) = spec_of(checks, was)?;
        fits(&spec.output, &data, was)?;
        // What it is called itself; names further inside are of other things.
        let mut own =
            spec.links.iter().map(|(_, pointer)| *pointer).filter(|pointer| pointer.rfind('/') == Some(0));
        if let Some(name) = own.find(|name| was.output.pointer(name) != data.pointer(name)) {
            let message =
                format!("`{name}` says what it is, and stays as it was read; correct something else");
            return Err(Error::Invalid(message));
        }
    }
    Ok(StepRecord { output: Arc::new(data), corrected: true, ..was.clone() })
}

/// The action of a step. Checks, rounds and branches have none, and no data.
fn spec_of<'a>(checks: &Checks<'a>, record: &StepRecord) -> Result<(ActionName, &'a ActionSpec), Error> {
    let name = record.action.parse::<ActionName>().ok();
    let spec = name.and_then(|name| Some((checks.specs.iter().find(|spec| spec.name == name)?, name)));
    spec.map(|(spec, name)| (name, spec)).ok_or_else(|| {
        Error::Invalid(format!("a step of the kind `{}` holds nothing that can be corrected", record.action))
    })
}

fn fits(schema: &Schema, data: &Value, record: &StepRecord) -> Result<(), Error> {
    let validator = jsonschema::validator_for(schema.as_value()).map_err(|error| {
        Error::Invalid(format!("the schema of `{}` cannot be used: {error}", record.action))
    })?;
    let mistakes: Vec<String> = validator
        .iter_errors(data)
        .take(MISTAKES_MAX)
        .map(|error| {
            let why = canonical::redact(&error.to_string(), MESSAGE_CHARS_MAX);
            format!("{}: {why}", error.instance_path())
        })
        .collect();
    if mistakes.is_empty() {
        return Ok(());
    }
    Err(Error::Invalid(format!("it does not fit `{}`: {}", record.action, mistakes.join("; "))))
}

/// Mistakes that are told at once.
const MISTAKES_MAX: usize = 5;
/// Characters of a mistake.
const MESSAGE_CHARS_MAX: usize = 200;

/// The request of a write that was begun and has not its effect.
fn request(record: &StepRecord) -> Option<&Begun> {
    record.begun.as_ref().filter(|_| !record.is_finished())
}

fn record<'a>(shown: &'a Shown, path: &StepPath) -> Result<&'a StepRecord, Error> {
    shown.step(path).ok_or_else(|| {
        let known: Vec<&str> = shown.steps.iter().map(|(path, _)| path.as_str()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Error::Invalid(format!("step `{path}` holds no data yet; those that do: {known}, and the event"))
    })
}

fn put(item: Item) -> Write {
    Write::Put { item, when: Vec::new() }
}
