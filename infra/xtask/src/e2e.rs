//! `cargo xtask e2e`: first whether the local cloud behaves as AWS does where we rely on it, so that an emulator's fault is not
//! taken for ours; then the end-to-end tests, on the deployed stack.

use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::command::{self, cargo, run_quietly};
use crate::state::{State, folder};
use crate::{cloud, root};

const STACK: &str = "tillbridge-conformance";
/// The test program of `tests/e2e`.
const TESTS: &str = "deployed";
/// Limit for the probe's deployment.
const DEPLOY_S_MAX: u64 = 180;
/// Tests that run side by side: they wait more than they work.
const THREADS: &str = "8";
/// Limit for building and running the tests.
const TESTS_S_MAX: u64 = 2400;

/// The check, then the tests.
pub(crate) fn run() -> Result<()> {
    check()?;
    tests()
}

/// The conformance check.
pub(crate) fn check() -> Result<()> {
    let mut state = State::read()?;
    if state.cloud.is_none() {
        bail!("nothing runs; `cargo xtask up` first");
    }
    let mut sam = cloud::sam()?;
    sam.args(["deploy", "--template-file"])
        .arg(root::path("infra/local/conformance.yaml"))
        .args(["--config-file"])
        .arg(root::path("infra/local/conformance.toml"))
        .args(["--stack-name", STACK]);
    run_quietly(
        "deploying the conformance probe",
        &mut sam,
        &folder().join("conformance.log"),
        Duration::from_secs(DEPLOY_S_MAX),
    )?;
    state.conformance = cloud::outputs(STACK)?;
    state.write()?;
    cargo_test(&["conformance::"])
        .context("the local cloud misbehaves: the lines above say where; this is not a fault of tillbridge")
}

/// The tests of the deployed stack; at the end the canaries, which search what all the others have left.
pub(crate) fn tests() -> Result<()> {
    let tested = cargo_test(&["--skip", "conformance::", "--skip", "canary::"]);
    cargo_test(&["canary::"]).and(tested)
}

fn cargo_test(filter: &[&str]) -> Result<()> {
    let mut test = cargo();
    // By its name out of all: `-p e2e` would compile what it depends on once more, with fewer features.
    test.args(["test", "--workspace", "--locked", "--test", TESTS, "--", "--test-threads", THREADS])
        .args(filter);
    test.env("RUST_BACKTRACE", "0");
    command::run("end-to-end tests", &mut test, Duration::from_secs(TESTS_S_MAX))
}
