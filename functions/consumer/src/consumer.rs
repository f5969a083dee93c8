//! A consumer: the engine of one flow over ports, and what the queue is told.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use aws::{Queues, Secrets, SystemClock, Table};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use connections::Connections;
use environment::Stage;
use flow::engine::{Engine, SPARE, Settings};
use flow::plan::Plan;
use flow::{Fault, Ports, Queue, QueueName};
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::LambdaEvent;
use outbound::Pool;

use crate::batch;
use crate::config::Config;

/// How much longer than the function's timeout a claim lasts.
const LEASE_SPARE: SignedDuration = SignedDuration::from_secs(10);

/// Why the function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The environment file is not in the package, or has mistakes.
    #[error(transparent)]
    Environment(#[from] aws::Error),
    /// The flow is not shipped, or its document has mistakes.
    #[error(transparent)]
    Flow(#[from] flows::Error),
    /// A step could never begin: its request may take longer than the function.
    #[error(
        "pair {pair}: a {system} call may take {timeout_s} s and the function {function_s} s; raise FunctionTimeoutS to \
         more than {needed_s}, or lower `{system}.timeout_s` in the environment file"
    )]
    TooShort {
        /// The pair.
        pair: String,
        /// The system.
        system: &'static str,
        /// Its timeout.
        timeout_s: i64,
        /// The function's.
        function_s: i64,
        /// What the function needs.
        needed_s: i64,
    },
    /// A look into the table could never begin.
    #[error(
        "the function may take {function_s} s, and a look into the table needs more than {needed_s}; raise FunctionTimeoutS"
    )]
    TooShortForTable {
        /// The function's timeout.
        function_s: i64,
        /// What it needs.
        needed_s: i64,
    },
    /// A connector cannot be made.
    #[error(transparent)]
    Connector(#[from] Fault),
}

/// The engine of one flow over its ports. Built once a process.
pub struct Consumer {
    pub(crate) engine: Engine,
    pub(crate) connections: Connections,
    pub(crate) queue: Arc<dyn Queue>,
    pub(crate) queue_name: QueueName,
}

impl Consumer {
    /// Reads the environment file, loads the flow and prepares the clients. Calls nobody.
    ///
    /// # Errors
    /// Something is missing from the package or the variables.
    pub async fn connect(config: Config) -> Result<Self, StartError> {
        let stage = aws::function::stage(&config.environments, &config.stage)?;
        let plan = flows::load(config.flow.as_str(), &connections::specs()?)?;
        let sdk = aws::sdk_config().await;
        let store = Arc::new(Table::new(&sdk, config.table));
        let mut urls: BTreeMap<QueueName, String> =
            config.queue_urls.into_iter().map(|(flow, url)| (QueueName::Flow(flow), url)).collect();
        urls.insert(QueueName::Flow(config.flow), config.queue_url);
        urls.insert(QueueName::DeadLetter, config.dead_letter_queue_url);
        let queue = Arc::new(Queues::new(&sdk, urls));
        let pool = Pool::new().map_err(Fault::from)?;
        let ports = Ports { store, queue, clock: Arc::new(SystemClock) };
        let connections = Connections::new(stage, Arc::new(Secrets::new(&sdk)), ports.clone(), pool);
        Self::new(plan, ports, connections, config.function_timeout)
    }

    /// A consumer of a plan's flow over these ports. Calls nobody.
    ///
    /// # Errors
    /// A shipped flow that an `emit` may reach has mistakes.
    pub fn new(
        plan: Plan,
        ports: Ports,
        connections: Connections,
        function_timeout: SignedDuration,
    ) -> Result<Self, StartError> {
        enough_time(connections.stage(), function_timeout)?;
        let queue_name = QueueName::Flow(plan.flow.clone());
        let queue = Arc::clone(&ports.queue);
        let settings = Settings { lease: function_timeout + LEASE_SPARE };
        let engine = Engine::new(ports, Arc::new(plan), flows::routes()?, settings);
        Ok(Self { engine, connections, queue, queue_name })
    }

    /// The stage's name.
    pub(crate) fn stage(&self) -> &str {
        &self.connections.stage().stage
    }

    /// Takes a batch. Messages of a group go in order, and a failure ends only its own group.
    ///
    /// # Errors
    /// Never: each failure belongs to a message.
    pub async fn handle(&self, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, Infallible> {
        let deadline = i64::try_from(event.context.deadline).ok();
        let deadline =
            deadline.and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or_else(Timestamp::now);
        // Boxed: the futures of a whole flow nest deeper than the compiler lays out in one.
        Ok(Box::pin(batch::handle(self, event.payload.records, deadline)).await)
    }
}

/// A step begins only where the time left is its timeout and some spare: a function that has less from the start would
/// give every message back for ever.
fn enough_time(stage: &Stage, function_timeout: SignedDuration) -> Result<(), StartError> {
    let needed = flow::stored::TIMEOUT + SPARE;
    if function_timeout <= needed {
        let (function_s, needed_s) = (function_timeout.as_secs(), needed.as_secs());
        return Err(StartError::TooShortForTable { function_s, needed_s });
    }
    for (pair, settings) in &stage.pairs {
        let timeouts = [
            ("stripe", settings.stripe.timeout_s),
            ("magento", settings.magento.timeout_s),
            ("erp", settings.erp.timeout_s),
            ("wms", settings.wms.timeout_s),
        ];
        for (system, timeout_s) in timeouts {
            let needed = SignedDuration::from_secs(timeout_s.into()) + SPARE;
            if function_timeout <= needed {
                return Err(StartError::TooShort {
                    pair: pair.to_string(),
                    system,
                    timeout_s: timeout_s.into(),
                    function_s: function_timeout.as_secs(),
                    needed_s: needed.as_secs(),
                });
            }
        }
    }
    Ok(())
}
