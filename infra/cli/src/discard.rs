//! `tillbridge discard`.

use anyhow::Result;
use flow::operate::discard;

use crate::acting::{Acting, stopped};
use crate::print::say;
use crate::{Context, Ended, Stop, find};

/// Gives a parked execution up: nothing more happens for its event. What it has done stays done.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  tillbridge discard 000000042 --why \"paid back by hand, booked as JE-118\""
)]
pub struct Discard {
    /// An execution (order-to-cash/evt_1), an event, or any name of the order.
    what: String,
    #[command(flatten)]
    acting: Acting,
}

impl Discard {
    /// Gives it up.
    ///
    /// # Errors
    /// It is not parked, no reason is given, or the table cannot be reached.
    pub async fn run(&self, context: &Context) -> Result<Ended> {
        if self.acting.why.is_none() {
            return Err(Stop::Usage("say why with --why: nobody else will know".to_owned()).into());
        }
        let by = self.acting.by()?;
        let ports = context.ports_without_queues();
        let execution = find::execution(context, ports.store.as_ref(), &self.what).await?;
        let discarded = discard(&ports, &execution, &by).await.map_err(stopped)?;
        say(&match context.json {
            true => serde_json::to_string(&discarded)?,
            false => format!("{} ({}) is discarded", find::name(&discarded), discarded.entity),
        })?;
        Ok(Ended::Well)
    }
}
