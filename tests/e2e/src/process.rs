//! The functions' settings and processes: other variables for a while, and an end without warning.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process};

use crate::{FLOW, Stack};

impl Stack {
    /// Runs something with other variables of some functions, and gives them their own back whatever comes of it.
    ///
    /// # Errors
    /// The cloud does not take the variables; or what was run has failed.
    pub async fn with_variables<T>(
        &self,
        functions: &[&str],
        changes: &[(&str, &str)],
        run: impl AsyncFnOnce() -> Result<T>,
    ) -> Result<T> {
        let mut before: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for function in functions {
            let name = format!("tillbridge-{}-{function}", self.state.stage);
            let variables = self.cloud.variables(&name).await?;
            let mut changed = variables.clone();
            changed.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
            self.cloud.set_variables(&name, &changed).await?;
            before.insert(name, variables);
        }
        let ran = run().await;
        for (function, variables) in &before {
            self.cloud.set_variables(function, variables).await?;
        }
        ran
    }

    /// Ends every process of the flow's consumer at once, as a machine that fails does (`SIGKILL`). How many there were.
    ///
    /// # Errors
    /// The machine does not show its processes (it is not Linux), or they belong to somebody else.
    pub fn kill_consumers(&self) -> Result<usize> {
        let mut killed = 0;
        for entry in std::fs::read_dir("/proc").context("no /proc: the test needs Linux")? {
            let name = entry?.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse().ok()).and_then(Pid::from_raw) else {
                continue;
            };
            if is_consumer(pid, &self.state.table) {
                kill_process(pid, Signal::KILL)?;
                killed += 1;
            }
        }
        Ok(killed)
    }
}

/// Whether a process is the flow's consumer: the variables that it was started with say so. One that ends meanwhile is not.
fn is_consumer(pid: Pid, table: &str) -> bool {
    let folder = format!("/proc/{}", pid.as_raw_nonzero());
    let (Ok(variables), Ok(program)) =
        (std::fs::read(format!("{folder}/environ")), std::fs::read_link(format!("{folder}/exe")))
    else {
        return false;
    };
    let has = |name: &str, value: &str| {
        let wanted = format!("{name}={value}");
        variables.split(|byte| *byte == 0).any(|variable| variable == wanted.as_bytes())
    };
    program.ends_with("bootstrap") && has("FLOW", FLOW) && has("TABLE", table)
}
