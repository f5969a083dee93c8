//! `cargo xtask bench`: builds the functions and the bare ones that they are measured beside, deploys a bare one where the local
//! stack runs, and runs `tests/bench`, which prints ratios within one run.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::command::{self, command, run_quietly};
use crate::daemon::Daemon;
use crate::functions;
use crate::state::{State, folder};
use crate::{cloud, root, venv};

/// Binaries of `tests/bench` that do nothing but be functions.
const BARE: [&str; 2] = ["bare-http", "bare-clients"];
const STACK: &str = "tillbridge-bench";
/// Limit for the bare function's deployment.
const DEPLOY_S_MAX: u64 = 180;
/// Limit for the measuring alone.
const BENCH_S_MAX: u64 = 300;

/// Builds, deploys, measures. Sizes and counts must hold; times are shown.
pub(crate) fn run() -> Result<()> {
    build()?;
    for bare in BARE {
        let folder = root::path("target/lambda").join(bare);
        std::fs::create_dir_all(&folder)?;
        std::fs::copy(root::path("target/release").join(bare), folder.join("bootstrap"))
            .with_context(|| format!("cannot lay out {bare}"))?;
    }
    let sizes = functions::check_host();
    let mut bench = command(root::path("target/release/bench"));
    if State::read()?.cloud.as_ref().is_some_and(Daemon::runs) {
        bench.args(["--bare-url", &deploy()?]);
    }
    command::run("bench", &mut bench, Duration::from_secs(BENCH_S_MAX))?;
    sizes
}

/// The functions, the bench and the bare functions.
pub(crate) fn build() -> Result<()> {
    functions::build_with(&["bench"])
}

/// Deploys the bare function beside the stack; its URL.
fn deploy() -> Result<String> {
    let mut sam = command(venv::program("sam"));
    sam.args(["deploy", "--template-file"])
        .arg(root::path("infra/local/bench.yaml"))
        .args(["--config-file"])
        .arg(root::path("infra/local/conformance.toml"))
        .args(["--stack-name", STACK]);
    run_quietly(
        "deploying the bare function",
        cloud::aim(&mut sam),
        &folder().join("bench.log"),
        Duration::from_secs(DEPLOY_S_MAX),
    )?;
    let outputs = cloud::outputs(STACK)?;
    let api = outputs.get("ApiId").context("the bare function's stack has no output ApiId")?;
    Ok(format!("{}/restapis/{api}/{}/_user_request_/bare", cloud::URL, cloud::STAGE))
}
