//! The executions, as whoever looks into the table sees them.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow};
use canonical::EventId;
use flow::FlowName;
use flow::execution::Execution;

use crate::world::World;

/// Executions, by flow and event.
pub(crate) type Rows = BTreeMap<(FlowName, EventId), Execution>;

/// Every execution.
pub(crate) fn executions(world: &World) -> Result<Rows> {
    let items = world.table.items();
    let heads = items.iter().filter(|item| item.key.sk == "-" && item.key.pk.starts_with("X#"));
    heads
        .map(|item| {
            let execution = Execution::from_item(item).map_err(|error| anyhow!("{error}"))?;
            Ok(((execution.flow.clone(), execution.event.clone()), execution))
        })
        .collect()
}

/// Why an execution is parked; empty where it is not.
pub(crate) fn reason(execution: &Execution) -> &str {
    execution.parked.as_ref().map_or("", |parked| parked.reason.as_str())
}
