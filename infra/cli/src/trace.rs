//! `tillbridge trace`.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use flow::Store;
use flow::execution::{
    Execution, History, StepPath, StepRecord, by_entity, execution_by_event, history, linked,
};
use serde_json::{Value, json};

use crate::show;
use crate::{Context, Ended};

/// Executions of one entity that are looked at.
const EXECUTIONS_MAX: u32 = 100;
/// Names by which a thing may be asked for, tried in this order.
const KINDS: [&str; 7] =
    ["order_number", "payment_intent", "charge", "order", "sales_order", "sales_invoice", "fulfilment"];

/// Tells the story of an order, payment, charge or event over all systems.
#[derive(clap::Args)]
pub struct Trace {
    /// An order number, pi_…, ch_…, evt_…, or an id in the ERP or the warehouse.
    what: String,
}

impl Trace {
    /// Tells it.
    ///
    /// # Errors
    /// The table cannot be reached, or nothing is known under that name.
    pub async fn run(&self, context: &Context) -> Result<Ended> {
        let table = context.table()?;
        let (entity, names) = self.find(context, table.as_ref()).await?;
        let mut histories = Vec::new();
        for execution in by_entity(table.as_ref(), &context.pair, &entity, EXECUTIONS_MAX).await? {
            histories.push(history(table.as_ref(), &execution).await?);
        }
        if context.json {
            let executions: Vec<Value> = histories.iter().map(to_json).collect();
            println!("{:#}", json!({ "entity": entity, "names": names, "executions": executions }));
        } else {
            print(&entity, &names, &histories, context.color);
        }
        let is_parked = histories.iter().any(|history| history.execution.parked.is_some());
        Ok(if is_parked { Ended::WithProblems } else { Ended::Well })
    }

    /// The entity, and what it is called everywhere.
    async fn find(&self, context: &Context, store: &dyn Store) -> Result<(String, BTreeMap<String, String>)> {
        if self.what.starts_with("evt_") {
            for flow in flows::names() {
                let found =
                    execution_by_event(store, &context.pair, &flow.parse()?, &self.what.parse()?).await?;
                if let Some(Execution { entity, .. }) = found {
                    let names = self.names_of(context, store, &entity).await?;
                    return Ok((entity, names));
                }
            }
            bail!(
                "no flow has an execution of {}; was it accepted? `tillbridge executions` lists what was",
                self.what
            );
        }
        for kind in KINDS {
            if let Some(names) = linked(store, &context.pair, kind, &self.what).await?
                && let Some(entity) = names.get("entity").cloned()
            {
                let names = self.names_of(context, store, &entity).await?;
                return Ok((entity, names));
            }
            // What was skipped or parked early has no link, but its entity is its own name.
            let entity = format!("{kind}:{}", self.what);
            if !by_entity(store, &context.pair, &entity, 1).await?.is_empty() {
                return Ok((entity, BTreeMap::new()));
            }
        }
        bail!("nothing is known of `{}`; ask for an order number, pi_…, ch_… or evt_…", self.what)
    }

    async fn names_of(
        &self,
        context: &Context,
        store: &dyn Store,
        entity: &str,
    ) -> Result<BTreeMap<String, String>> {
        let (kind, id) = entity.split_once(':').unwrap_or(("entity", entity));
        Ok(linked(store, &context.pair, kind, id).await?.unwrap_or_default())
    }
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

fn print(entity: &str, names: &BTreeMap<String, String>, histories: &[History], color: bool) {
    println!("{entity}");
    for (kind, id) in names.iter().filter(|(kind, _)| kind.as_str() != "entity") {
        println!("  {kind:<16} {id}");
    }
    for History { execution, steps } in histories {
        println!();
        println!("{}  received {} {}", execution.received_at, execution.event_type, execution.event);
        println!(
            "{}  flow {} {} after {} attempt(s) {}",
            execution.updated_at,
            execution.flow,
            show::status(execution.status, color),
            execution.attempts,
            show::reason(execution)
        );
        for (path, record) in steps {
            print_step(path, record);
        }
        if let Some(parked) = &execution.parked {
            println!("  ! {}", parked.message);
            println!("    mended by: {}; parked {} times", word(&parked.mended_by), parked.n);
        }
        println!("  trace {}", execution.trace_id);
    }
}

fn print_step(path: &StepPath, record: &StepRecord) {
    let key = record.begun.as_ref().map(|begun| begun.key.as_str()).unwrap_or_default();
    let when = record.finished_at.or(record.begun.as_ref().map(|begun| begun.at));
    let when = when.map(|at| at.to_string()).unwrap_or_default();
    let ended = if record.is_finished() { format!("{} ms", record.duration_ms) } else { "begun".to_owned() };
    println!("  {when:<28} {:<14} {:<26} {ended:>8}  {key}", path.as_str(), record.action);
}

/// An enum's word as its JSON says it.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
