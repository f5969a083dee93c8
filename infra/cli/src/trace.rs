//! `tillbridge trace`.

use std::collections::BTreeMap;

use anyhow::Result;
use flow::Store;
use flow::execution::{History, Status, StepPath, StepRecord, by_entity, history, linked};
use serde_json::{Value, json};

use crate::print::{self, say};
use crate::{Context, Ended, find};

/// Tells the story of an order, payment, charge or event over all systems.
#[derive(clap::Args)]
pub struct Trace {
    /// An order number, pi_…, ch_…, po_…, evt_…, or an id in the ERP or the warehouse.
    what: String,
}

impl Trace {
    /// Tells it.
    ///
    /// # Errors
    /// The table cannot be reached, or nothing is known under that name.
    pub async fn run(&self, context: &Context) -> Result<Ended> {
        let table = context.table();
        let store: &dyn Store = table.as_ref();
        let mut stories = Vec::new();
        for entity in find::entities_of(context, store, &self.what).await? {
            let names = names_of(context, store, &entity).await?;
            let mut histories = Vec::new();
            for execution in by_entity(store, &context.pair, &entity, find::EXECUTIONS_MAX).await? {
                histories.push(history(store, &execution).await?);
            }
            stories.push(Story { entity, names, histories });
        }
        if context.json {
            say(&format!("{:#}", Value::Array(stories.iter().map(Story::to_json).collect())))?;
        } else {
            for story in &stories {
                story.print(context.color)?;
            }
        }
        let mut histories = stories.iter().flat_map(|story| &story.histories);
        let is_parked = histories.any(|history| history.execution.status == Status::Parked);
        Ok(if is_parked { Ended::WithProblems } else { Ended::Well })
    }
}

/// What became of one entity.
struct Story {
    entity: String,
    /// What it is called everywhere.
    names: BTreeMap<String, String>,
    histories: Vec<History>,
}

impl Story {
    fn to_json(&self) -> Value {
        let executions: Vec<Value> = self.histories.iter().map(to_json).collect();
        json!({ "entity": self.entity, "names": self.names, "executions": executions })
    }

    fn print(&self, color: bool) -> std::io::Result<()> {
        say(&self.entity)?;
        for (kind, id) in &self.names {
            say(&format!("  {kind:<16} {id}"))?;
        }
        for history in &self.histories {
            print(history, color)?;
        }
        say("")
    }
}

async fn names_of(context: &Context, store: &dyn Store, entity: &str) -> Result<BTreeMap<String, String>> {
    let (kind, id) = entity.split_once(':').unwrap_or(("entity", entity));
    Ok(linked(store, &context.pair, kind, id).await?.unwrap_or_default())
}

/// An execution with its steps; outputs hold personal data and are left out.
fn to_json(history: &History) -> Value {
    let steps: Vec<Value> = history.steps.iter().map(|(path, record)| step_json(path, record)).collect();
    json!({ "execution": history.execution, "steps": steps })
}

fn step_json(path: &StepPath, record: &StepRecord) -> Value {
    let begun = record.begun.as_ref();
    json!({
        "step": path, "action": record.action, "begun_at": begun.map(|begun| begun.at),
        "natural_key": begun.map(|begun| &begun.key), "finished_at": record.finished_at,
        "duration_ms": record.duration_ms
    })
}

fn print(History { execution, steps }: &History, color: bool) -> std::io::Result<()> {
    say("")?;
    say(&format!(
        "{}  received {} {}",
        print::time(execution.received_at),
        execution.event_type,
        execution.event
    ))?;
    say(&format!(
        "{}  flow {} {} after {} attempt(s) {}",
        print::time(execution.updated_at),
        execution.flow,
        print::status(execution.status, color).trim_end(),
        execution.attempts,
        print::reason(execution)
    ))?;
    for (path, record) in steps {
        say(&step(path, record))?;
    }
    if let Some(parked) = &execution.parked {
        say(&format!("  ! {}", parked.message))?;
        say(&format!("    mended by: {}; parked {} times", print::word(&parked.mended_by), parked.n))?;
    }
    if let Some(waiting) = &execution.waiting {
        say(&format!("  … {}", waiting.message))?;
    }
    say(&format!("  trace {}", execution.trace_id))
}

fn step(path: &StepPath, record: &StepRecord) -> String {
    let key = record.begun.as_ref().map(|begun| begun.key.as_str()).unwrap_or_default();
    let when = record.finished_at.or(record.begun.as_ref().map(|begun| begun.at));
    let when = when.map(print::time).unwrap_or_default();
    let ended = if record.is_finished() { format!("{} ms", record.duration_ms) } else { "begun".to_owned() };
    format!("  {when:<24}  {:<14} {:<26} {ended:>8}  {key}", path.as_str(), record.action)
}
