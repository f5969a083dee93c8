//! `tillbridge parked`.

use anyhow::Result;
use flow::execution::Execution;
use flow::operate::{Group, group, list};

use crate::filter::Filter;
use crate::print::{self, say, word};
use crate::{Context, Ended, find, orders};

/// Lists what stands until a person has looked at it: when, why, at which step, and who can mend it.
#[derive(clap::Args)]
#[command(
    after_help = "Each line begins with the name of the execution; any command takes it, or the order's number.\n\n\
    Examples:\n  tillbridge parked --group                    how many, for which reasons\n  \
    tillbridge parked --reason sku_refused       those of one reason\n  \
    tillbridge parked --mended-by merchant --since 3d\n  \
    tillbridge show order-to-cash/evt_1          why one stands, and what to do"
)]
pub struct ParkedWork {
    #[command(flatten)]
    filter: Filter,
    /// Count them by reason instead.
    #[arg(long)]
    group: bool,
    /// How many at most: those parked last.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    limit: u32,
}

impl ParkedWork {
    /// Lists.
    ///
    /// # Errors
    /// The table cannot be reached.
    pub async fn run(&self, context: &Context) -> Result<Ended> {
        let table = context.table();
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let listed = list(table.as_ref(), &self.filter.wanted(&context.pair, limit)).await?;
        let is_whole = print::unreadable(&listed)?;
        let found = listed.executions;
        if self.group {
            for group in group(&found) {
                say(&of_group(&group, context)?)?;
            }
        } else {
            let numbers = orders::numbers(table.as_ref(), &context.pair, &found).await?;
            for execution in &found {
                say(&line(execution, numbers.get(&execution.entity), context)?)?;
            }
        }
        if !context.json {
            say(match found.len() {
                0 if !is_whole => "nothing else is parked",
                0 => "nothing is parked",
                all if all == limit => "\nthere are more: say --limit, or which ones",
                _ => "\n`tillbridge show <name>` tells why one stands and what to do",
            })?;
        }
        Ok(if found.is_empty() && is_whole { Ended::Well } else { Ended::WithProblems })
    }
}

/// One execution as a line.
fn line(execution: &Execution, order: Option<&String>, context: &Context) -> Result<String> {
    if context.json {
        return orders::json(execution, order);
    }
    let Some(parked) = &execution.parked else { return Ok(find::name(execution)) };
    Ok(format!(
        "{:<48} {}  {:<18} {} at step {}, mended by {}  {}",
        find::name(execution),
        print::time(parked.at),
        orders::told(order),
        parked.reason,
        parked.step,
        word(&parked.mended_by),
        execution.entity
    ))
}

fn of_group(group: &Group, context: &Context) -> Result<String> {
    if context.json {
        return Ok(serde_json::to_string(group)?);
    }

    let flows: Vec<&str> = group.flows.iter().map(flow::FlowName::as_str).collect();
    Ok(format!(
        "{:>6}  {:<28} {:<15} mended by {:<13} {} to {}  {}  e.g. {}",
        group.count,
        group.reason,
        group.class.as_str(),
        word(&group.mended_by),
        group.oldest,
        group.newest,
        flows.join(", "),
        group.example
    ))
}
