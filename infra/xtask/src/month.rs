//! `cargo xtask month`: builds `tests/simulation`, plays a month of a shop, and has hledger and Beancount judge its books.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::command::{self, command};
use crate::{root, simulate, venv};

/// The program, below where it is built.
const PROGRAM: &str = "debug/month";
/// Orders of a month.
const ORDERS: u64 = 5_000;
/// Limit for playing, seconds: of a month, and for each of its orders.
const MONTH_S_MAX: u64 = 300;
const ORDER_MS_MAX: u64 = 600;
/// Limit for installing hledger.
const INSTALL_S_MAX: u64 = 300;

/// Which month to play
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Month {
    /// How many orders
    #[arg(long, default_value_t = ORDERS)]
    orders: u64,
    /// The seed that it is a function of
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Writes hledger's journal there
    #[arg(long)]
    export: Option<PathBuf>,
}

/// Plays a month.
pub(crate) fn run(month: &Month) -> Result<()> {
    venv::install()?;
    let hledger = hledger()?;
    simulate::build(root::root(), None)?;
    play(month, &hledger)
}

fn play(month: &Month, hledger: &str) -> Result<()> {
    let program = simulate::target(None).join(PROGRAM);
    anyhow::ensure!(program.exists(), "{} is not there", program.display());
    let mut playing = command(&program);
    playing
        .args(["--orders", &month.orders.to_string(), "--seed", &month.seed.to_string()])
        .args(["--hledger", hledger, "--python"])
        .arg(venv::program("python"))
        .arg("--folder")
        .arg(root::path("target/month"))
        // Metrics go to standard output, as Lambda takes them.
        .stdout(Stdio::null());
    if let Some(export) = &month.export {
        playing.arg("--export").arg(std::path::absolute(export)?);
    }
    let limit = MONTH_S_MAX + month.orders * ORDER_MS_MAX / 1_000;
    command::run("the month", &mut playing, Duration::from_secs(limit))
}

/// hledger's program. Debian has it, and only root can install it.
fn hledger() -> Result<String> {
    let name = "hledger";
    let is_there = || {
        let asked = command(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    };
    if is_there() {
        return Ok(name.to_owned());
    }
    let log = root::path("target/hledger.log");
    let limit = Duration::from_secs(INSTALL_S_MAX);
    let apt = |arguments: &[&str]| {
        let mut apt = command("apt-get");
        apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        command::run_quietly(&format!("apt-get {}", arguments.join(" ")), &mut apt, &log, limit)
    };
    let installed = apt(&["update", "-qq"])
        .and_then(|()| apt(&["install", "-y", "-qq", "--no-install-recommends", "hledger"]));
    match installed {
        Ok(()) if is_there() => Ok(name.to_owned()),
        Ok(()) => bail!("hledger was installed and does not start"),
        Err(error) => Err(error.context("hledger is needed (Debian: `apt-get install hledger`, as root)")),
    }
}
