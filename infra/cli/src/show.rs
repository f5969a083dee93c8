//! `tillbridge show`.

use anyhow::Result;
use flow::execution::{MendedBy, Parked, Status, StepPath, StepRecord};
use flow::operate::{Act, Preview, Shown, preview, show};
use serde_json::{Value, json};

use crate::acting::plan_of;
use crate::print::{self, change, masked, places, say};
use crate::{Context, Ended, find, replay};

/// Shows everything of one execution: why it stands, the request that failed, who can mend it, and how.
#[derive(clap::Args)]
#[command(
    after_help = "It shows customers' data: what is not needed for a parked execution only with --full. Card numbers are masked.\n\n\
    Examples:\n  tillbridge show 000000042\n  tillbridge show order-to-cash/evt_1 --full\n  \
    tillbridge show evt_1 --json | jq .failed"
)]
pub struct Show {
    /// An execution (order-to-cash/evt_1), an event, or any name of the order.
    what: String,
    /// Also the event, and what every step came to.
    #[arg(long)]
    full: bool,
}

impl Show {
    /// Shows.
    ///
    /// # Errors
    /// The table cannot be reached, or nothing is known under that name.
    pub async fn run(&self, context: &Context) -> Result<Ended> {
        let table = context.table();
        let execution = find::execution(context, table.as_ref(), &self.what).await?;
        let shown = show(table.as_ref(), &execution).await?;
        let is_parked = shown.execution.status == Status::Parked;
        let would = if is_parked {
            // Without the pair's secrets: whoever may read the table may look.
            match plan_of(table.as_ref(), &shown.execution).await {
                Ok(plan) => Some(preview(&plan, &connections::specs()?, &context.unconnected()?, &shown)),
                Err(_) => None,
            }
        } else {
            None
        };
        if context.json {
            say(&format!("{:#}", to_json(&shown, would.as_ref())))?;
        } else {
            self.print(&shown, would.as_ref(), context.color)?;
        }
        Ok(if is_parked { Ended::WithProblems } else { Ended::Well })
    }

    fn print(&self, shown: &Shown, would: Option<&Preview>, color: bool) -> Result<()> {
        let execution = &shown.execution;
        let name = find::name(execution);
        say(&format!("{name}  {}", print::status(execution.status, color).trim_end()))?;
        say(&format!(
            "  {:<16} {} from {}, received {}",
            "event", execution.event_type, execution.source, execution.received_at
        ))?;
        say(&format!("  {:<16} {}", "about", execution.entity))?;
        for (kind, id) in &shown.names {
            say(&format!("  {kind:<16} {id}"))?;
        }
        say(&format!("  {:<16} {}", "attempts", execution.attempts))?;
        say(&format!("  {:<16} {}", "trace", execution.trace_id))?;
        if let Some(parked) = &execution.parked {
            say("\nWhy it stands")?;
            why(parked)?;
        } else {
            say(&format!("  {:<16} {}", "reason", print::reason(execution)))?;
        }
        say("\nSteps")?;
        for (path, record) in &shown.steps {
            say(&step(path, record))?;
            if self.full && record.is_finished() {
                places(&record.output).iter().try_for_each(|line| say(line))?;
            }
        }
        if self.full {
            say("\nThe event")?;
            places(&shown.event_json()).iter().try_for_each(|line| say(line))?;
        }
        if let Some(would) = would {
            say("\nWhat failed, as it would be tried again")?;
            replay::lines(would).iter().try_for_each(|line| say(line))?;
        }
        if !shown.acts.is_empty() {
            say("\nWhat was done about it")?;
            shown.acts.iter().try_for_each(act)?;
        }
        if execution.status == Status::Parked {
            say("\nWhat you can do")?;
            options(shown, &name).iter().try_for_each(|line| say(line))?;
        }
        Ok(())
    }
}

fn why(parked: &Parked) -> std::io::Result<()> {
    say(&format!("  {} ({}) at step {}, since {}", parked.reason, parked.class, parked.step, parked.at))?;
    say(&format!("  {}", parked.message))?;
    let who = match parked.mended_by {
        MendedBy::Administrator => "administrator: whoever gives the integration its rights and keys",
        MendedBy::Merchant => "merchant: whoever owns the data (the order, the article number, the mapping)",
        MendedBy::Operator => "operator: whoever runs tillbridge",
    };
    say(&format!("  mended by {who}"))
}

fn step(path: &StepPath, record: &StepRecord) -> String {
    let begun = record.begun.as_ref();
    let key = begun.map(|begun| begun.key.as_str()).unwrap_or_default();
    let ended =
        if record.is_finished() { format!("{} ms", record.duration_ms) } else { "not done".to_owned() };
    let corrected = record.corrected || begun.is_some_and(|begun| begun.corrected);
    let mark = if corrected { "  corrected" } else { "" };
    let line = format!("  {:<16} {:<26} {ended:>9}  {key}{mark}", path.as_str(), record.action);
    line.trim_end().to_owned()
}

fn act(act: &Act) -> std::io::Result<()> {
    let about = act.about.as_deref().map(|about| format!(" ({about})")).unwrap_or_default();
    let why = act.why.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
    say(&format!("  {}  {} {}{about}{why}", act.at, act.who, act.what.as_str()))?;
    act.changes.iter().try_for_each(|one| say(&format!("    {}", change(one))))
}

/// The commands that come next.
fn options(shown: &Shown, name: &str) -> Vec<String> {
    let option = |what: &str, command: String| format!("  {what:<36} tillbridge {command}");
    let mut options = Vec::new();
    if let Some((_, Some(_))) = shown.failed() {
        options.push(option("mend that request", format!("correct {name} --set /PLACE=VALUE")));
    }
    let reads: Vec<&str> = shown
        .steps
        .iter()
        .filter(|(_, record)| record.is_finished() && !record.is_begun() && record.action.contains('.'))
        .map(|(path, _)| path.as_str())
        .collect();
    if let Some(last) = reads.last() {
        let steps = if reads.contains(&"order") { "order" } else { last };
        let what = "mend what was read, for all to come";
        options.push(option(what, format!("correct {name} --step {steps} --set /PLACE=VALUE")));
    }
    options.push(option("mend the event", format!("correct {name} --event")));
    options.push(option("see what would be sent", format!("replay {name} --dry-run")));
    options.push(option("try it again", format!("replay {name}")));
    options.push(option("give it up", format!("discard {name} --why TEXT")));
    options
}

fn to_json(shown: &Shown, would: Option<&Preview>) -> Value {
    let steps: Vec<Value> = shown
        .steps
        .iter()
        .map(|(path, record)| json!({ "step": path, "record": masked(&serde_json::to_value(record).unwrap_or_default()) }))
        .collect();
    let originals: Vec<Value> =
        shown.originals.iter().map(|(of, data)| json!({ "of": of, "data": masked(data) })).collect();
    let acts = masked(&serde_json::to_value(&shown.acts).unwrap_or_default());
    json!({
        "execution": shown.execution, "names": shown.names, "event": masked(&shown.event_json()), "steps": steps,
        "failed": would.map(replay::to_json), "acts": acts, "originals": originals
    })
}
