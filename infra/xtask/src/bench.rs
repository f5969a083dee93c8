//! `cargo xtask bench`: runs `tests/bench`, which measures ratios within one run and says which limit each one has.

use std::time::Duration;

use anyhow::Result;

use crate::command::{self, cargo};

/// Limit for building and running it.
const BENCH_S_MAX: u64 = 2400;

/// Runs it.
pub(crate) fn run() -> Result<()> {
    command::run("bench", cargo().args(["run", "--release", "-p", "bench"]), Duration::from_secs(BENCH_S_MAX))
}
