//! What the function is told by its environment: every mistake is named at once.

use std::collections::BTreeMap;
use std::path::PathBuf;

use environment::Stage;
use flow::route::Routes;
use flow::{FlowName, QueueName};

use crate::source::Source;

/// Where SAM's build puts the environment files.
const ENVIRONMENTS: &str = "environments";
const QUEUE_URL: &str = "QUEUE_URL_";

/// The function's settings.
#[derive(Debug)]
pub struct Config {
    /// The pairs and the mode.
    pub stage: Stage,
    /// Which flow wants what.
    pub routes: Routes,
    /// Where each flow's queue is.
    pub queues: BTreeMap<QueueName, String>,
}

/// Why the function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Variables that are missing or wrong, each with what would be right.
    #[error("the function's variables are not right: {}", .0.join("; "))]
    Variables(Vec<String>),
    /// The environment file cannot be read.
    #[error("{path}: {source}; is the stage's file among infra/environments?")]
    File {
        /// Where it should be.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The environment file is wrong.
    #[error(transparent)]
    Environment(#[from] environment::Error),
    /// A shipped flow is wrong.
    #[error(transparent)]
    Flows(#[from] flows::Error),
}

impl Config {
    /// Reads the variables, and the stage's file at `$LAMBDA_TASK_ROOT/environments/$STAGE.yaml`.
    ///
    /// # Errors
    /// Everything that is missing or wrong.
    pub fn load(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let variables: BTreeMap<String, String> = variables.into_iter().collect();
        let routes = Routes::new(flows::routes()?, &Source::ALL.map(Source::as_str));
        let mut mistakes = Vec::new();
        let mut text = |name: &str| match variables.get(name) {
            Some(value) if !value.is_empty() => value.clone(),
            _ => {
                mistakes.push(format!("{name} is missing"));
                String::new()
            }
        };
        let (name, root) = (text("STAGE"), text("LAMBDA_TASK_ROOT"));
        let urls =
            routes.flows().into_iter().map(|flow| (QueueName::Flow(flow.clone()), text(&variable(flow))));
        let queues: BTreeMap<_, _> = urls.collect();
        if !mistakes.is_empty() {
            return Err(ConfigError::Variables(mistakes));
        }
        let path = PathBuf::from(root).join(ENVIRONMENTS).join(format!("{name}.yaml"));
        let yaml = std::fs::read_to_string(&path)
            .map_err(|source| ConfigError::File { path: path.display().to_string(), source })?;
        Ok(Self { stage: Stage::parse(&name, &yaml)?, routes, queues })
    }
}

/// The variable that holds a flow's queue: `QUEUE_URL_ORDER_TO_CASH`.
fn variable(flow: &FlowName) -> String {
    format!("{QUEUE_URL}{}", flow.as_str().to_ascii_uppercase().replace('-', "_"))
}
