//! `tillbridge executions`.

use anyhow::Result;
use flow::FlowName;
use flow::execution::{Filter, Status, by_status};

use crate::show;
use crate::{Context, Ended};

/// Lists executions, newest last.
#[derive(clap::Args)]
pub struct Executions {
    /// Only those that a person must look at.
    #[arg(long, conflicts_with = "status")]
    parked: bool,
    /// Only those of a status: parked, waiting, running, queued, done, skipped, discarded.
    #[arg(long)]
    status: Option<String>,
    /// Only those of a flow.
    #[arg(long)]
    flow: Option<String>,
    /// How many of each status at most.
    #[arg(long, default_value_t = 50)]
    limit: u32,
}

impl Executions {
    /// Lists.
    ///
    /// # Errors
    /// The table cannot be reached, or an option names nothing that there is.
    pub async fn run(&self, context: &Context) -> Result<Ended> {
        let table = context.table()?;
        let flow: Option<FlowName> = self.flow.as_deref().map(str::parse).transpose()?;
        let mut parked = false;
        let mut shown = 0_usize;
        for status in self.statuses()? {
            let filter = Filter { pair: context.pair.clone(), status, flow: flow.clone(), limit: self.limit };
            for execution in by_status(table.as_ref(), &filter).await? {
                parked |= execution.status == Status::Parked;
                shown += 1;
                if context.json {
                    println!("{}", serde_json::to_string(&execution)?);
                    continue;
                }
                println!(
                    "{}  {:<9} {:<15} {:<32} {:<44} {}",
                    execution.updated_at,
                    show::status(execution.status, context.color),
                    execution.flow,
                    execution.event,
                    execution.entity,
                    show::reason(&execution)
                );
            }
        }
        if shown == 0 && !context.json {
            println!("no such execution");
        }
        Ok(if parked { Ended::WithProblems } else { Ended::Well })
    }

    fn statuses(&self) -> Result<Vec<Status>> {
        if self.parked {
            return Ok(vec![Status::Parked]);
        }
        let Some(wanted) = &self.status else { return Ok(Status::ALL.to_vec()) };
        let found = Status::ALL.into_iter().find(|status| status.as_str() == wanted);
        let names: Vec<&str> = Status::ALL.iter().map(|status| status.as_str()).collect();
        Ok(vec![
            found
                .ok_or_else(|| anyhow::anyhow!("`{wanted}` is no status; there are {}", names.join(", ")))?,
        ])
    }
}
