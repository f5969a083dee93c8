//! The Python tools, in an environment of their own under `target/venv`: MiniStack (the local cloud), the SAM CLI
//! and Beancount.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::command::{command, run_quietly};
use crate::root;

/// Seen to work together; the conformance check is for exactly this cloud.
const PACKAGES: [&str; 3] = ["ministack[full]==1.5.33", "aws-sam-cli==1.167.0", "beancount==3.2.3"];
/// Limit for one step of the installation.
const INSTALL_S_MAX: u64 = 900;

/// A program of the environment.
pub(crate) fn program(name: &str) -> PathBuf {
    root::path("target/venv/bin").join(name)
}

/// Installs what is not installed yet.
pub(crate) fn install() -> Result<()> {
    let folder = root::path("target/venv");
    let marker = folder.join("installed.txt");
    let wanted = PACKAGES.join("\n");
    if std::fs::read_to_string(&marker).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let limit = Duration::from_secs(INSTALL_S_MAX);
    let log = root::path("target/venv.log");
    if !program("pip").exists() {
        run_quietly(
            "making a Python environment in target/venv",
            command("python3").args(["-m", "venv"]).arg(&folder),
            &log,
            limit,
        )
        .context(
            "Python 3.10 or later with its `venv` module is needed (Debian: `apt-get install python3-venv`)",
        )?;
    }
    run_quietly(
        "installing MiniStack, the SAM CLI and Beancount (once, about a minute)",
        command(program("pip")).args(["install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES),
        &log,
        limit,
    )?;
    std::fs::write(marker, wanted)?;
    Ok(())
}
