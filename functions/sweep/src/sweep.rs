//! A run: letters, then each pair's feeds and executions, until all is done or the time is up.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use aws::{DeadLetters, Queues, Secrets, SystemClock, Table};
use canonical::PairId;
use connections::Connections;
use environment::Pair;
use flow::engine::Connected;
use flow::operate::resend_still;
use flow::route::Routes;
use flow::{Fault, Letters, Ports, QueueName};
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::Context;
use outbound::Pool;

use crate::config::Config;
use crate::report::Report;
use crate::{bring, days, events, heal, letters, orders, report};

/// Who makes the events that the sweep looks for, as triggers name it.
pub(crate) const SOURCE: &str = "stripe";
/// Who makes the events that the sweep itself tells of.
pub(crate) const OURS: &str = "tillbridge";
/// Both.
const SOURCES: [&str; 2] = [SOURCE, OURS];
/// Executions of a status that one run sends for again, for each pair.
const STILL_MAX: usize = 500;
/// Beside the longest request, for the table and the queue.
const SPARE: SignedDuration = SignedDuration::from_secs(10);

/// Why the function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The environment file is not in the package, or has mistakes.
    #[error(transparent)]
    Environment(#[from] aws::Error),
    /// A shipped flow has mistakes.
    #[error(transparent)]
    Flow(#[from] flows::Error),
    /// No connection can be made.
    #[error(transparent)]
    Connector(#[from] Fault),
}

/// The sweep of a stage. Built once a process; it keeps nothing between runs but connections.
pub struct Sweep {
    pub(crate) ports: Ports,
    pub(crate) letters: Arc<dyn Letters>,
    pub(crate) connections: Connections,
    pub(crate) routes: Routes,
}

/// What the parts of a run know of the pair that they look at.
pub(crate) struct Round<'a> {
    pub(crate) ports: &'a Ports,
    pub(crate) routes: &'a Routes,
    pub(crate) pair: &'a PairId,
    pub(crate) settings: &'a Pair,
    pub(crate) livemode: bool,
    /// Whether another shop takes its payments with the account.
    pub(crate) shares_account: bool,
    pub(crate) connected: &'a Connected,
    /// Nothing may still be running then.
    pub(crate) deadline: Timestamp,
}

impl Sweep {
    /// Reads the environment file and prepares the clients. Calls nobody.
    ///
    /// # Errors
    /// Something is missing from the package or the variables.
    pub async fn connect(config: Config) -> Result<Self, StartError> {
        let stage = aws::function::stage(&config.environments, &config.stage)?;
        let sdk = aws::sdk_config().await;
        let store = Arc::new(Table::new(&sdk, config.table));
        let mut urls: BTreeMap<QueueName, String> =
            config.queue_urls.into_iter().map(|(flow, url)| (QueueName::Flow(flow), url)).collect();
        urls.insert(QueueName::DeadLetter, config.dead_letter_queue_url.clone());
        let queue = Arc::new(Queues::new(&sdk, urls));
        let letters = Arc::new(DeadLetters::new(&sdk, config.dead_letter_queue_url));
        let pool = Pool::new().map_err(Fault::from)?;
        let ports = Ports { store, queue, clock: Arc::new(SystemClock) };
        let connections = Connections::new(stage, Arc::new(Secrets::new(&sdk)), ports.clone(), pool);
        Ok(Self::new(ports, letters, connections, Routes::new(flows::routes()?, &SOURCES)))
    }

    /// A sweep over these ports. Calls nobody.
    #[must_use]
    pub fn new(ports: Ports, letters: Arc<dyn Letters>, connections: Connections, routes: Routes) -> Self {
        Self { ports, letters, connections, routes }
    }

    /// One run, as Lambda asks for it. Whatever goes wrong is said in the log and by the metrics, and tried again by the next run.
    ///
    /// # Errors
    /// None.
    pub async fn handle(&self, context: &Context) -> Result<(), Infallible> {
        let deadline = i64::try_from(context.deadline).ok();
        let deadline = deadline.and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let began = self.ports.clock.now();
        let report = Box::pin(self.run(deadline.unwrap_or(began))).await;
        report::tell(&self.connections.stage().stage, &report, self.ports.clock.now().duration_since(began));
        Ok(())
    }

    /// One run. Each part goes as far as it can; what went wrong in one does not concern the next.
    pub async fn run(&self, deadline: Timestamp) -> Report {
        let mut report = Report::default();
        letters::adopt(self, deadline, &mut report).await;
        let stage = self.connections.stage();
        let mut pairs: Vec<(&PairId, &Pair)> = stage.pairs.iter().collect();
        // Where the time does not suffice for all, another pair is the first next time.
        let first = usize::try_from(self.ports.clock.random() % 1_000).unwrap_or_default();
        report.uncounted = pairs.len();
        let count = pairs.len().max(1);
        pairs.rotate_left(first % count);
        for (pair, settings) in pairs {
            match resend_still(&self.ports, pair, STILL_MAX).await {
                Ok(still) => {
                    report.standing_still += still.found;
                    report.resent += still.sent;
                }
                Err(error) => report.problem(pair, "standing still", bring::operated(error)),
            }
            let connected = match self.connections.get(pair).await {
                Ok(connected) => connected,
                Err(fault) => {
                    report.problem(pair, "connections", fault);
                    unread(&self.ports, pair, &mut report).await;
                    continue;
                }
            };
            let round = Round {
                ports: &self.ports,
                routes: &self.routes,
                pair,
                settings,
                livemode: stage.mode.is_live(),
                shares_account: stage.shares_account(pair),
                connected: &connected,
                deadline,
            };
            if let Err(fault) = events::catch_up(&round, &mut report).await {
                report.ended(pair, events::FEED, fault);
            }
            if let Err(fault) = orders::catch_up(&round, &mut report).await {
                report.ended(pair, orders::FEED, fault);
            }
            if let Err(fault) = days::tell(&round, &mut report).await {
                report.ended(pair, days::FEED, fault);
            }
            if let Err(fault) = heal::look(&round, &mut report).await {
                report.ended(pair, "healing", fault);
            }
        }
        report
    }
}

/// Says how far the feeds of a pair are behind that cannot be read in this run: whoever waits for them must hear of it.
async fn unread(ports: &Ports, pair: &PairId, report: &mut Report) {
    for behind in [events::behind_s(ports, pair).await, orders::behind_s(ports, pair).await] {
        match behind {
            Ok(seconds) => report.behind(seconds),
            Err(fault) => {
                report.is_blind = true;
                report.problem(pair, "cursors", fault);
            }
        }
    }
}

impl Round<'_> {
    /// Whether nothing more should be begun: a request and what follows from it would not be done in time.
    pub(crate) fn is_over(&self) -> bool {
        let seconds = self.settings.stripe.timeout_s.max(self.settings.magento.timeout_s);
        let needed = SignedDuration::from_secs(seconds.into()) + SPARE;
        self.deadline.duration_since(self.ports.clock.now()) < needed
    }

    /// A trace id for an event that this run brings.
    pub(crate) fn trace_id(&self) -> String {
        format!("sweep-{:016x}", self.ports.clock.random())
    }
}
