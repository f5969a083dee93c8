//! What a function finds where Lambda starts it: the stage's environment file in its package, and the variables' names.

use std::path::Path;

use environment::Stage;
use flow::FlowName;

use crate::Error;

/// The stage, as `<environments>/<stage>.yaml` of the function's package says it.
///
/// # Errors
/// The file is not in the package, or has mistakes.
pub fn stage(environments: &Path, stage: &str) -> Result<Stage, Error> {
    let path = environments.join(format!("{stage}.yaml"));
    let yaml = std::fs::read_to_string(&path).map_err(|problem| Error::NoEnvironment {
        path: path.display().to_string(),
        problem: problem.to_string(),
    })?;
    Ok(Stage::parse(stage, &yaml)?)
}

/// The variable that holds a flow's queue: `QUEUE_URL_ORDER_TO_CASH`.
#[must_use]
pub fn queue_variable(flow: &FlowName) -> String {
    format!("QUEUE_URL_{}", flow.as_str().to_ascii_uppercase().replace('-', "_"))
}
