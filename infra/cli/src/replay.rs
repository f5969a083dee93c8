//! `tillbridge replay`.

use anyhow::Result;
use flow::Ports;
use flow::execution::{Execution, Status};
use flow::operate::{Preview, Replay, Replayed, list, preview, replay_all, show};
use serde_json::json;

use crate::acting::{Acting, confirmed, plan_of, stopped};
use crate::filter::Filter;
use crate::print::{self, places, say};
use crate::{Context, Ended, Stop, find};

/// Has parked executions tried again: one, or all that a filter names.
#[derive(clap::Args)]
#[command(
    after_help = "It goes on at the step that failed. What was written before is never written again: it is known by its natural key,\n\
    in the other systems too, so a replay can be repeated without harm. What was read for a write that is done stays as it\n\
    was; --fresh reads everything anew, what was corrected in steps included (corrected events and requests stay).\n\n\
    Examples:\n  tillbridge replay 000000042 --dry-run        what would be sent, and nothing is\n  \
    tillbridge replay 000000042\n  \
    tillbridge replay --reason rate_missing --since 2d --yes\n  \
    tillbridge trace 000000042                   what became of it"
)]
pub struct ReplayWork {
    /// An execution (order-to-cash/evt_1), an event, or any name of the order.
    what: Option<String>,
    #[command(flatten)]
    filter: Filter,
    /// Everything that is parked.
    #[arg(long, conflicts_with = "what")]
    all: bool,
    /// Show the request that the failed step would send, and do nothing. What was read is not read anew for it.
    #[arg(long)]
    dry_run: bool,
    /// Read everything anew, not only what no write was made of.
    #[arg(long)]
    fresh: bool,
    /// Do not ask before many are replayed.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    acting: Acting,
}

impl ReplayWork {
    /// Replays.
    ///
    /// # Errors
    /// Nothing is named, or the table or a queue cannot be reached.
    pub async fn run(&self, context: &Context) -> Result<Ended> {
        let table = context.table();
        let executions = match (&self.what, self.filter.is_empty() && !self.all) {
            (Some(_), false) => return Err(Stop::Usage("name one, or filter; not both".to_owned()).into()),
            (Some(what), true) => vec![find::execution(context, table.as_ref(), what).await?],
            (None, false) => {
                let listed = list(table.as_ref(), &self.filter.wanted(&context.pair, usize::MAX)).await?;
                print::unreadable(&listed)?;
                listed.executions
            }
            (None, true) => {
                let advice =
                    "name an execution or an order, filter (--reason, --flow, --since …), or say --all";
                return Err(Stop::Usage(format!("replay what? {advice}")).into());
            }
        };
        if executions.is_empty() && !context.json {
            say("nothing is parked like that")?;
        }
        let flows = executions.iter().map(|execution| &execution.flow).collect();
        if self.dry_run {
            return self.preview(context, &executions).await;
        }
        let by = self.acting.by()?;
        let question = format!("{} executions would be replayed.", executions.len());
        if executions.len() > 1 && !confirmed(&question, self.yes)? {
            return Ok(Ended::Well);
        }
        let ports = context.ports(flows).await?;
        let how = if self.fresh { Replay::Fresh } else { Replay::FromFailedStep };
        let came = replay_all(&ports, &executions, how, &by).await;
        let mut is_well = true;
        for (execution, came) in executions.iter().zip(came) {
            let name = find::name(execution);
            match came {
                Ok(replayed) => {
                    is_well &= !matches!(replayed, Replayed::NotSent(..));
                    say(&said(&name, &replayed, context.json))?;
                }
                // Of one, its own exit code; of many, the others' fate matters as much.
                Err(error) if executions.len() == 1 => return Err(stopped(error)),
                Err(error) => {
                    is_well = false;
                    say(&match context.json {
                        true => json!({ "execution": name, "problem": error.to_string() }).to_string(),
                        false => format!("{name}: {error}"),
                    })?;
                }
            }
        }
        Ok(if is_well { Ended::Well } else { Ended::WithProblems })
    }

    async fn preview(&self, context: &Context, executions: &[Execution]) -> Result<Ended> {
        let ports = context.ports_without_queues();
        let mut is_well = true;
        let connected = context.connected(&ports).await?;
        for execution in executions {
            is_well &= self.preview_one(context, &ports, &connected, execution).await?;
        }
        Ok(if is_well { Ended::Well } else { Ended::WithProblems })
    }

    async fn preview_one(
        &self,
        context: &Context,
        ports: &Ports,
        connected: &flow::engine::Connected,
        execution: &Execution,
    ) -> Result<bool> {
        let name = find::name(execution);
        let shown = show(ports.store.as_ref(), execution).await?;
        if shown.execution.status != Status::Parked {
            say(&said(&name, &Replayed::Unchanged(shown.execution.status), context.json))?;
            return Ok(true);
        }
        let plan = plan_of(ports.store.as_ref(), &shown.execution).await?;
        let preview = preview(&plan, &connections::specs()?, connected, &shown);
        let is_well = !matches!(preview, Preview::Fails { .. } | Preview::Check { holds: false, .. });
        if context.json {
            say(&json!({ "execution": name, "would": to_json(&preview) }).to_string())?;
        } else {
            say(&format!("{name} would go on so; nothing was sent"))?;
            for line in lines(&preview) {
                say(&line)?;
            }
            if self.fresh {
                say("  --fresh reads everything anew first, and may come to something else")?;
            }
        }
        Ok(is_well)
    }
}

fn said(name: &str, replayed: &Replayed, json: bool) -> String {
    if json {
        return match replayed {
            Replayed::Queued(n) => json!({ "execution": name, "queued": n }),
            Replayed::NotSent(n, error) => {
                json!({ "execution": name, "queued": n, "problem": error.to_string() })
            }
            Replayed::Unchanged(status) => json!({ "execution": name, "unchanged": status }),
        }
        .to_string();
    }
    match replayed {
        Replayed::Queued(n) => {
            format!("{name} is queued (replay {n}); `tillbridge trace` tells what became of it")
        }
        Replayed::NotSent(n, error) => format!(
            "{name} is to be tried again (replay {n}), but its message could not be sent: {error}; the sweep sends it, or \
             the same command again"
        ),
        Replayed::Unchanged(Status::Done) => format!("{name} is done; there is nothing to replay"),
        Replayed::Unchanged(Status::Skipped | Status::Discarded) => {
            format!("{name} is finished; there is nothing to replay")
        }
        Replayed::Unchanged(status) => format!("{name} is {}: it is on its way already", status.as_str()),
    }
}

/// What would be done, for people.
pub(crate) fn lines(preview: &Preview) -> Vec<String> {
    match preview {
        Preview::Request { step, action, writes, natural_key, input, is_looked_for } => {
            let key = natural_key.as_ref().map(|key| format!(", key {key}")).unwrap_or_default();
            let verb = if *writes { "writes" } else { "reads" };
            let mut lines = vec![format!("  step {step} {verb} with {action}{key}")];
            if *is_looked_for {
                lines.push("  it may have arrived before: it is looked for first".to_owned());
            }
            lines.extend(places(input));
            lines
        }
        Preview::Check { step, holds: true } => vec![format!("  the check {step} would hold now")],
        Preview::Check { step, holds: false } => vec![format!("  the check {step} would still not hold")],
        Preview::Value { step, kind, value } => {
            let mut lines = vec![format!("  step {step} ({kind}) comes to")];
            lines.extend(places(value));
            lines
        }
        Preview::Fails { step, fault } => vec![format!("  step {step} still cannot be said: {fault}")],
        Preview::Nothing => vec!["  no step is left that would do anything".to_owned()],
    }
}

/// The same as JSON.
pub(crate) fn to_json(preview: &Preview) -> serde_json::Value {
    match preview {
        Preview::Request { step, action, writes, natural_key, input, is_looked_for } => json!({
            "step": step, "action": action, "writes": writes, "natural_key": natural_key,
            "input": crate::print::masked(input), "is_looked_for": is_looked_for
        }),
        Preview::Check { step, holds } => json!({ "step": step, "check": holds }),
        Preview::Value { step, kind, value } => {
            json!({ "step": step, "kind": kind, "value": crate::print::masked(value) })
        }
        Preview::Fails { step, fault } => {
            json!({ "step": step, "problem": fault.message, "code": fault.code })
        }
        Preview::Nothing => serde_json::Value::Null,
    }
}
