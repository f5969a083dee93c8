//! What the function's variables say.

use std::collections::BTreeMap;
use std::path::PathBuf;

use flow::FlowName;
use jiff::SignedDuration;

/// What the function's variables say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The stage: `infra/environments/<stage>.yaml`.
    pub stage: String,
    /// Where the environment files are.
    pub environments: PathBuf,
    /// The table.
    pub table: String,
    /// The flow that it runs.
    pub flow: FlowName,
    /// The flow's queue.
    pub queue_url: String,
    /// Where letters go.
    pub dead_letter_queue_url: String,
    /// Queues of flows that an `emit` may reach, by flow.
    pub queue_urls: BTreeMap<FlowName, String>,
    /// The function's timeout.
    pub function_timeout: SignedDuration,
}

/// Variables that are missing or wrong, all of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the function's variables: {}; correct them in template.yaml", mistakes.join("; "))]
pub struct ConfigError {
    /// Each: name and what is wrong.
    pub mistakes: Vec<String>,
}

/// Seconds of a function's timeout: Lambda allows 900.
const TIMEOUT_S_MAX: i64 = 900;
/// What the name of a flow's queue variable begins with.
const QUEUE_URL_PREFIX: &str = "QUEUE_URL_";

impl Config {
    /// Reads variables.
    ///
    /// # Errors
    /// Every one that is missing or wrong.
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
        let stage = text("STAGE");
        let table = text("TABLE");
        let queue_url = text("QUEUE_URL");
        let dead_letter_queue_url = text("DEAD_LETTER_QUEUE_URL");
        let flow = text("FLOW");
        let seconds = text("FUNCTION_TIMEOUT_S");
        let root = text("LAMBDA_TASK_ROOT");
        let parsed_flow: Option<FlowName> = flow.parse().ok();
        if parsed_flow.is_none() && !flow.is_empty() {
            mistakes.push("`FLOW` is no flow's name".to_owned());
        }
        let timeout: Option<i64> =
            seconds.parse().ok().filter(|seconds| (1..=TIMEOUT_S_MAX).contains(seconds));
        if timeout.is_none() && !seconds.is_empty() {
            mistakes.push(format!("`FUNCTION_TIMEOUT_S` is no number from 1 to {TIMEOUT_S_MAX}"));
        }
        let queue_urls = queue_urls(&variables, &mut mistakes);
        match (parsed_flow, timeout) {
            (Some(flow), Some(seconds)) if mistakes.is_empty() => Ok(Self {
                stage,
                environments: PathBuf::from(root).join("environments"),
                table,
                flow,
                queue_url,
                dead_letter_queue_url,
                queue_urls,
                function_timeout: SignedDuration::from_secs(seconds),
            }),
            _ => Err(ConfigError { mistakes }),
        }
    }
}

/// `QUEUE_URL_ORDER_TO_CASH`: the queue of `order-to-cash`.
fn queue_urls(
    variables: &BTreeMap<String, String>,
    mistakes: &mut Vec<String>,
) -> BTreeMap<FlowName, String> {
    let mut urls = BTreeMap::new();
    for (name, url) in variables {
        let Some(flow) = name.strip_prefix(QUEUE_URL_PREFIX) else { continue };
        match flow.to_ascii_lowercase().replace('_', "-").parse() {
            Ok(flow) if !url.is_empty() => {
                urls.insert(flow, url.clone());
            }
            Ok(_) => mistakes.push(format!("`{name}` is empty")),
            Err(_) => mistakes.push(format!("`{name}` names no flow")),
        }
    }
    urls
}
