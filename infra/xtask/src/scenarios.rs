//! `cargo xtask magento-scenarios FILE`: plays recorded Magento scenarios against the sandbox's Magento.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::command::{self, cargo};

/// Limit for building and playing.
const SCENARIOS_S_MAX: u64 = 1800;

/// Plays the file.
pub(crate) fn run(file: &Path) -> Result<()> {
    let file = std::fs::canonicalize(file).with_context(|| format!("cannot find {}", file.display()))?;
    command::run(
        "magento-scenarios",
        cargo()
            .args(["run", "--quiet", "-p", "sandbox", "--bin", "sandbox", "--", "magento-scenarios"])
            .arg(file),
        Duration::from_secs(SCENARIOS_S_MAX),
    )
}
