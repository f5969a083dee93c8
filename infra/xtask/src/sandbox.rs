//! The sandbox as a process: Stripe, Magento, the ERP and the WMS as doubles, on one port.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::command::{self, cargo, command, run};
use crate::daemon;
use crate::state::{State, folder};
use crate::{functions, http, ports, root};

/// Where it answers: at `ports::SANDBOX`.
pub(crate) const URL: &str = "http://127.0.0.1:4580";
/// Limit for its start.
const READY_S_MAX: u64 = 30;

/// Builds the programs that a person uses beside the functions.
pub(crate) fn build() -> Result<()> {
    run(
        "building the sandbox and the command line",
        // As the tests are built: what is optimised for size takes minutes more.
        cargo().args(["build", "-p", "sandbox", "-p", "cli", "--bin", "sandbox", "--bin", "tillbridge"]),
        Duration::from_secs(functions::BUILD_S_MAX),
    )
}

/// The sandbox's program.
pub(crate) fn program() -> PathBuf {
    root::path("target/debug/sandbox")
}

/// Starts it, or keeps the one that runs if it is of the same build.
pub(crate) fn start(state: &mut State) -> Result<()> {
    let binary = stamp()?;
    if let Some(daemon) = state.sandbox.take() {
        if daemon.runs() && state.sandbox_binary == binary {
            state.sandbox = Some(daemon);
            return Ok(());
        }
        daemon.end()?;
    }
    if answers() {
        bail!("{URL} is answered by a process that `cargo xtask up` did not start; end it first");
    }
    let log = folder().join("sandbox.log");
    let daemon =
        daemon::start(command(program()).args(["serve", "--port", &ports::SANDBOX.to_string()]), &log)?;
    state.sandbox = Some(daemon.clone());
    state.sandbox_binary = binary;
    URL.clone_into(&mut state.sandbox_url);
    state.write()?;
    command::wait_until("starting the sandbox", Duration::from_secs(READY_S_MAX), || {
        if !daemon.runs() {
            bail!("the sandbox ended:\n{}", command::tail(&log)?);
        }
        Ok(answers())
    })
}

fn answers() -> bool {
    http::get(&format!("{URL}/admin/state")).is_ok_and(|answer| answer.status == 200)
}

/// Tells one build of the program from another.
fn stamp() -> Result<String> {
    let file = std::fs::metadata(program()).context("the sandbox is not built")?;
    let built = file.modified()?.duration_since(std::time::UNIX_EPOCH)?;
    Ok(format!("{}-{}", file.len(), built.as_nanos()))
}

/// What all four systems hold.
pub(crate) fn state() -> Result<Value> {
    http::get(&format!("{URL}/admin/state"))?.json("the sandbox's state")
}
