//! What the function is told by its environment: every mistake is named at once.

use std::collections::BTreeMap;
use std::path::PathBuf;

use aws::function::queue_variable;
use environment::Stage;
use flow::QueueName;
use flow::route::Routes;

use crate::source::Source;

/// Where SAM's build puts the environment files.
const ENVIRONMENTS: &str = "environments";

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
    /// The environment file is not in the package, or has mistakes.
    #[error(transparent)]
    Environment(#[from] aws::Error),
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
        let urls = routes.flows().into_iter();
        let urls = urls.map(|flow| (QueueName::Flow(flow.clone()), text(&queue_variable(flow))));
        let queues: BTreeMap<_, _> = urls.collect();
        if !mistakes.is_empty() {
            return Err(ConfigError::Variables(mistakes));
        }
        let stage = aws::function::stage(&PathBuf::from(root).join(ENVIRONMENTS), &name)?;
        Ok(Self { stage, routes, queues })
    }
}
