//! `tillbridge executions`.

use anyhow::Result;
use flow::FlowName;
use flow::execution::{Execution, Status};
use flow::operate::{Wanted, list};

use crate::print::{self, say};
use crate::{Context, Ended, Stop, orders};

/// Lists executions by status, the newest of each last.
#[derive(clap::Args)]
pub struct Executions {
    /// Only those that a person must look at.
    #[arg(long, conflicts_with = "status")]
    parked: bool,
    /// Only those of a status: parked, waiting, running, queued, done, skipped, discarded.
    #[arg(long, value_parser = status)]
    status: Option<Status>,
    /// Only those of a flow.
    #[arg(long)]
    flow: Option<FlowName>,
    /// How many of each status at most.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
}

fn status(text: &str) -> Result<Status, String> {
    let found = Status::ALL.into_iter().find(|status| status.as_str() == text);
    let names: Vec<&str> = Status::ALL.iter().map(|status| status.as_str()).collect();
    found.ok_or_else(|| format!("there are {}", names.join(", ")))
}

impl Executions {
    /// Lists.
    ///
    /// # Errors
    /// The table cannot be reached.
    pub async fn run(&self, context: &Context) -> Result<Ended> {
        if let Some(flow) = self.flow.as_ref().filter(|flow| flows::names().all(|name| name != flow.as_str()))
        {
            let known: Vec<&str> = flows::names().collect();
            return Err(
                Stop::Usage(format!("there is no flow `{flow}`; there are {}", known.join(", "))).into()
            );
        }
        let table = context.table();
        let statuses = match (self.parked, self.status) {
            (true, _) => vec![Status::Parked],
            (false, Some(status)) => vec![status],
            (false, None) => Status::ALL.to_vec(),
        };
        let mut problems = false;
        let mut shown = 0_usize;
        for status in statuses {
            let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
            let wanted =
                Wanted { status, flow: self.flow.clone(), limit, ..Wanted::parked(context.pair.clone()) };
            let found = list(table.as_ref(), &wanted).await?;
            problems |= !print::unreadable(&found)?;
            let numbers = orders::numbers(table.as_ref(), &context.pair, &found.executions).await?;
            for execution in found.executions {
                problems |= execution.status == Status::Parked;
                shown += 1;
                say(&line(&execution, numbers.get(&execution.entity), context)?)?;
            }
        }
        if shown == 0 && !context.json {
            say("no such execution")?;
        }
        Ok(if problems { Ended::WithProblems } else { Ended::Well })
    }
}

fn line(execution: &Execution, order: Option<&String>, context: &Context) -> Result<String> {
    if context.json {
        return orders::json(execution, order);
    }
    Ok(format!(
        "{}  {} {:<15} {:<18} {:<32} {:<44} {}",
        print::time(execution.updated_at),
        print::status(execution.status, context.color),
        execution.flow,
        orders::told(order),
        execution.event,
        execution.entity,
        print::reason(execution)
    ))
}
