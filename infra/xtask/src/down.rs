//! `cargo xtask down`: ends the processes that `up` recorded, and no others, and removes what they left.

use anyhow::{Context, Result};

use crate::state::{State, folder};

/// Ends and removes.
pub(crate) fn run() -> Result<()> {
    let state = State::read()?;
    for (name, daemon) in [("the sandbox", &state.sandbox), ("the local cloud", &state.cloud)] {
        if let Some(daemon) = daemon.as_ref().filter(|daemon| daemon.runs()) {
            daemon.end().with_context(|| format!("ending {name}"))?;
            eprintln!("  ✓ {name} has ended");
        }
    }
    if folder().exists() {
        std::fs::remove_dir_all(folder()).context("cannot remove target/local")?;
    }
    Ok(())
}
