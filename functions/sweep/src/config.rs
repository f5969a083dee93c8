//! What the function's variables say.

use std::collections::BTreeMap;
use std::path::PathBuf;

use flow::FlowName;

/// What the function's variables say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The stage: `infra/environments/<stage>.yaml`.
    pub stage: String,
    /// Where the environment files are.
    pub environments: PathBuf,
    /// The table.
    pub table: String,
    /// Where letters are.
    pub dead_letter_queue_url: String,
    /// The queue of each shipped flow.
    pub queue_urls: BTreeMap<FlowName, String>,
}

/// Variables that are missing or wrong, all of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the function's variables: {}; correct them in template.yaml", mistakes.join("; "))]
pub struct ConfigError {
    /// Each: name and what is wrong.
    pub mistakes: Vec<String>,
}

impl Config {
    /// Reads variables.
    ///
    /// # Errors
    /// Every one that is missing or empty.
    pub fn parse(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let variables: BTreeMap<String, String> = variables.into_iter().collect();
        let mut mistakes = Vec::new();
        let mut text = |name: &str| match variables.get(name) {
            Some(value) if !value.is_empty() => value.clone(),
            _ => {
                mistakes.push(format!("`{name}` is missing"));
                String::new()
            }
        };
        let (stage, table, root) = (text("STAGE"), text("TABLE"), text("LAMBDA_TASK_ROOT"));
        let dead_letter_queue_url = text("DEAD_LETTER_QUEUE_URL");
        let flows = flows::names().filter_map(|name| name.parse::<FlowName>().ok());
        let queue_urls =
            flows.map(|flow| (flow.clone(), text(&aws::function::queue_variable(&flow)))).collect();
        if !mistakes.is_empty() {
            return Err(ConfigError { mistakes });
        }
        let environments = PathBuf::from(root).join("environments");
        Ok(Self { stage, environments, table, dead_letter_queue_url, queue_urls })
    }
}
