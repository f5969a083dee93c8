//! `tillbridge correct`.

use anyhow::Result;
use flow::execution::StepPath;
use flow::operate::{Checks, Shown, Target, correct, show};
use serde_json::json;

use crate::acting::{Acting, plan_of, stopped};
use crate::edit::{Set, in_editor};
use crate::print::{change, say};
use crate::{Context, Ended, Stop, find};

/// Mends the data that a parked execution works with. The original is kept, and nothing is sent before `replay`.
#[derive(clap::Args)]
#[command(
    after_help = "What is mended, where neither --event nor --step is given: the request that failed, as `tillbridge show` lists it.\n\
    A request is that of one step. To mend a value for every step that is still to come, correct where it was read:\n\
    `--step order` is what was read of the order. The new data is checked against the form that the step expects,\n\
    and may not be about another order or another event.\n\n\
    Examples:\n  tillbridge correct 000000042 --set /document/lines/0/sku=LAMP-2\n  \
    tillbridge correct 000000042 --step order --set /lines/0/sku=LAMP-2 --why \"renamed in the shop\"\n  \
    tillbridge correct order-to-cash/evt_1 --event        in $EDITOR\n  \
    tillbridge replay 000000042                           then try it again"
)]
pub struct Correct {
    /// An execution (order-to-cash/evt_1), an event, or any name of the order.
    what: String,
    /// Mend the event.
    #[arg(long, conflicts_with = "step")]
    event: bool,
    /// Mend what this step holds: its request where it failed, else its output.
    #[arg(long, value_name = "STEP")]
    step: Option<StepPath>,
    /// Put a value in a place; as often as needed. Without it, $VISUAL or $EDITOR opens with the data as JSON.
    #[arg(long, value_name = "/PLACE=VALUE")]
    set: Vec<Set>,
    #[command(flatten)]
    acting: Acting,
}

impl Correct {
    /// Corrects.
    ///
    /// # Errors
    /// It is not parked, the data does not fit, or the table cannot be reached.
    pub async fn run(&self, context: &Context) -> Result<Ended> {
        let by = self.acting.by()?;
        let ports = context.ports_without_queues();
        let execution = find::execution(context, ports.store.as_ref(), &self.what).await?;
        let shown = show(ports.store.as_ref(), &execution).await?;
        let target = self.target(&shown)?;
        let before = target.data(&shown).map_err(stopped)?;
        let mut data = before.clone();
        if self.set.is_empty() {
            data = in_editor(&before)?;
        }
        for set in &self.set {
            set.apply(&mut data)?;
        }
        let plan = plan_of(ports.store.as_ref(), &shown.execution).await?;
        let specs = connections::specs()?;
        let connected = match target {
            // What a request is about is only known with the pair's systems.
            Target::Step(_) => Some(context.connected(&ports).await?),
            Target::Event => None,
        };
        let connectors =
            connected.as_ref().map(|connected| connected.connectors.as_slice()).unwrap_or_default();
        let checks = Checks { plan: &plan, specs: &specs, connectors };
        let done = correct(&ports, &checks, &shown, &target, data, &by).await.map_err(stopped)?;
        let name = find::name(&execution);
        if context.json {
            say(&json!({ "execution": name, "what": done.what, "changes": done.changes }).to_string())?;
            return Ok(Ended::Well);
        }
        say(&format!("corrected the {} of {name}; the original is kept", done.what))?;
        for one in &done.changes {
            say(&format!("  {}", change(one)))?;
        }
        say(&format!("nothing was sent: try it again with `tillbridge replay {name}`"))?;
        Ok(Ended::Well)
    }

    fn target(&self, shown: &Shown) -> Result<Target> {
        if self.event {
            return Ok(Target::Event);
        }
        if let Some(step) = &self.step {
            return Ok(Target::Step(step.clone()));
        }
        match shown.failed() {
            Some((path, Some(_))) => Ok(Target::Step(path)),
            failed => {
                let step = failed.map(|(path, _)| path.to_string()).unwrap_or_default();
                let known: Vec<&str> = shown.steps.iter().map(|(path, _)| path.as_str()).collect();
                let message = format!(
                    "step `{step}` has sent nothing that could be mended; mend the event (--event) or what an earlier step \
                     came to (--step {})",
                    if known.is_empty() { "…".to_owned() } else { known.join(" | ") }
                );
                Err(Stop::Usage(message).into())
            }
        }
    }
}
