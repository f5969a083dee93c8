//! What every act needs: who acts and why, the ports it goes through, and a yes where it concerns many.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal, Write};
use std::sync::Arc;

use anyhow::Result;
use aws::{Queues, SystemClock};
use connections::Connections;
use flow::engine::Connected;
use flow::execution::Execution;
use flow::operate::{By, Error, Who};
use flow::plan::Plan;
use flow::{FlowName, Ports, QueueName, Store};
use outbound::Pool;

use crate::{Context, Stop};

/// Who acts, and why. Both are kept with the execution.
#[derive(clap::Args)]
pub(crate) struct Acting {
    /// Who you are, for the record; your login otherwise.
    #[arg(long = "as", value_name = "NAME", env = "TILLBRIDGE_AS")]
    name: Option<String>,
    /// Why, for the record.
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: Option<String>,
}

impl Acting {
    /// Who acts, and why.
    ///
    /// # Errors
    /// Nobody can be named.
    pub(crate) fn by(&self) -> Result<By> {
        let login = || ["USER", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok());
        let name = self.name.clone().or_else(login);
        let name = name.ok_or_else(|| Stop::Usage("who are you? say it with --as".to_owned()))?;
        let who: Who = name.parse().map_err(|error| Stop::Usage(format!("--as: {error}")))?;
        Ok(By { who, why: self.why.clone() })
    }
}

impl Context {
    /// The table alone: nothing is sent.
    pub(crate) fn ports_without_queues(&self) -> Ports {
        Ports {
            store: self.table(),
            queue: Arc::new(Queues::new(&self.sdk, BTreeMap::new())),
            clock: Arc::new(SystemClock),
        }
    }

    /// The table and the queues of some flows.
    ///
    /// # Errors
    /// A queue is not there, or may not be looked up.
    pub(crate) async fn ports(&self, flows: BTreeSet<&FlowName>) -> Result<Ports> {
        let mut urls = BTreeMap::new();
        for flow in flows {
            let name = format!("tillbridge-{}-flow-{flow}.fifo", self.stage.stage);
            urls.insert(QueueName::Flow(flow.clone()), aws::queue_url(&self.sdk, &name).await?);
        }
        Ok(Ports { queue: Arc::new(Queues::new(&self.sdk, urls)), ..self.ports_without_queues() })
    }

    /// The pair's systems. Needs its secrets.
    ///
    /// # Errors
    /// A secret is missing or malformed.
    pub(crate) async fn connected(&self, ports: &Ports) -> Result<Arc<Connected>> {
        let secrets = Arc::clone(&self.secrets);
        let connections = Connections::new(self.stage.clone(), secrets, ports.clone(), Pool::new()?);
        Ok(connections.get(&self.pair).await?)
    }

    /// The pair's settings without its systems: enough to say what would be asked, not of whom.
    ///
    /// # Errors
    /// The settings cannot be written as JSON.
    pub(crate) fn unconnected(&self) -> Result<Connected> {
        let settings = self
            .stage
            .pairs
            .get(&self.pair)
            .ok_or_else(|| Stop::Usage(format!("no pair `{}`", self.pair)))?;
        Ok(Connected {
            connection: connections::connection(settings)?,
            connectors: Vec::new(),
            secret_versions: BTreeMap::new(),
        })
    }
}

/// The flow document that an execution began with; that of today where it has not begun.
///
/// # Errors
/// It is not in the table, or cannot be used any more.
pub(crate) async fn plan_of(store: &dyn Store, execution: &Execution) -> Result<Plan> {
    let specs = connections::specs()?;
    if execution.document.is_empty() {
        return Ok(flows::load(execution.flow.as_str(), &specs)?);
    }
    Ok(flow::engine::stored_plan(store, &execution.document, &specs).await??)
}

/// An act's error, by its exit code.
pub(crate) fn stopped(error: Error) -> anyhow::Error {
    match error {
        Error::NotParked { .. } | Error::Changed { .. } => Stop::Problem(error.to_string()).into(),
        Error::Invalid(why) => Stop::Usage(why).into(),
        Error::Fault(_) | Error::Store(_) | Error::Queue(_) => error.into(),
    }
}

/// Asks on a terminal; elsewhere `--yes` must have been given.
///
/// # Errors
/// Nobody can be asked.
pub(crate) fn confirmed(question: &str, yes: bool) -> Result<bool> {
    if yes {
        return Ok(true);
    }
    if !std::io::stdin().is_terminal() {
        return Err(Stop::Usage(format!("{question} Say so with --yes; nothing was done")).into());
    }
    eprint!("{question} [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
