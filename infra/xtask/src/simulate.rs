//! `cargo xtask simulate`: builds `tests/simulation` and plays histories on all processors, each by its seed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::command::{self, cargo, command};
use crate::root;

/// The program, below where it is built.
const PROGRAM: &str = "debug/simulation";
/// Histories that `cargo xtask test` plays.
const SEEDS: u64 = 800;
/// Limit for building.
const BUILD_S_MAX: u64 = 2400;
/// Limit for playing, a history.
const HISTORY_S_MAX: u64 = 10;
/// How often the processes are looked at.
const POLL_MS: u64 = 100;

/// Which histories to play.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Seeds {
    /// How many
    #[arg(long, default_value_t = SEEDS, conflicts_with = "seed")]
    seeds: u64,
    /// The first
    #[arg(long, default_value_t = 1, conflicts_with = "seed")]
    from: u64,
    /// This one alone
    #[arg(long)]
    seed: Option<u64>,
}

/// How histories share the machine.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Priority {
    /// They are what is waited for.
    Own,
    /// They take what others leave.
    Lowest,
}

/// Runs its arguments after everything else, in a session of their own: Linux shares the processors between sessions first, and `nice`
/// counts within one (`sched_autogroup` of sched(7)).
const LAST: &str = r#"echo 19 > /proc/self/autogroup 2>/dev/null; exec nice -n 19 "$0" "$@""#;

impl Priority {
    fn command(self, program: &Path) -> Command {
        match self {
            Self::Own => command(program),
            Self::Lowest => {
                let mut last = command("setsid");
                last.args(["sh", "-c", LAST]).arg(program);
                last
            }
        }
    }
}

/// The histories that play beside other stages.
static BESIDE: Mutex<Option<JoinHandle<Result<()>>>> = Mutex::new(None);

/// Plays some histories, or one.
pub(crate) fn run(which: Seeds) -> Result<()> {
    let program = build(root::root(), None)?;
    let (from, seeds) = which.seed.map_or((which.from, which.seeds), |seed| (seed, 1));
    all_of(&program, from, seeds, Priority::Own)
}

fn all_of(program: &Path, from: u64, seeds: u64, priority: Priority) -> Result<()> {
    let begin = Instant::now();
    match play(program, from, seeds, priority)? {
        Some(seed) => bail!("a history broke a rule; play it again: cargo xtask simulate --seed {seed}"),
        None => {
            eprintln!("  ✓ {seeds} histories from seed {from} on ({})", command::seconds(begin.elapsed()));
            Ok(())
        }
    }
}

/// A stage of `cargo xtask test`, where the tests have been built and this program with them: begins to play beside the stages that
/// mostly wait, as the end-to-end tests do.
pub(crate) fn begin() -> Result<()> {
    let program = target(None).join(PROGRAM);
    anyhow::ensure!(program.exists(), "{} is not there", program.display());
    let playing = std::thread::spawn(move || all_of(&program, 1, SEEDS, Priority::Lowest));
    *BESIDE.lock().map_err(|_| anyhow::anyhow!("another stage has panicked"))? = Some(playing);
    Ok(())
}

/// The stage that waits for what was begun.
pub(crate) fn end() -> Result<()> {
    let playing = BESIDE.lock().map_err(|_| anyhow::anyhow!("another stage has panicked"))?.take();
    let playing = playing.context("the histories were never begun")?;
    playing.join().map_err(|_| anyhow::anyhow!("whoever waits for the histories has panicked"))?
}

/// Builds the simulation of a checkout; its program.
pub(crate) fn build(checkout: &Path, target: Option<&Path>) -> Result<PathBuf> {
    let mut build = cargo();
    build.current_dir(checkout).args(["build", "--locked", "-p", "simulation"]);
    // Like the tests: one profile, so that nothing is built twice.
    if let Some(target) = target {
        build.env("CARGO_TARGET_DIR", target);
    }
    command::run("building the simulation", &mut build, Duration::from_secs(BUILD_S_MAX))?;
    Ok(self::target(target).join(PROGRAM))
}

/// Where it is built.
pub(crate) fn target(given: Option<&Path>) -> PathBuf {
    let own = || std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root::path("target"), PathBuf::from);
    given.map_or_else(own, Path::to_owned)
}

/// Plays seeds on all processors; the first seed that broke a rule, where one did.
pub(crate) fn play(program: &Path, from: u64, seeds: u64, priority: Priority) -> Result<Option<u64>> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let processors = processors.min(seeds).max(1);
    let folder = root::path("target/simulation");
    std::fs::create_dir_all(&folder)?;
    let mut playing: Vec<(Child, PathBuf)> = Vec::new();
    for n in 0..processors {
        let count = (seeds + processors - 1 - n) / processors;
        let log = folder.join(format!("{}-{n}.log", std::process::id()));
        let mut child = priority.command(program);
        child
            .args(["--from", &(from + n).to_string(), "--seeds", &count.to_string()])
            .args(["--step", &processors.to_string()])
            // Metrics go to standard output, as Lambda takes them.
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log)?);
        playing.push((child.spawn().with_context(|| format!("cannot start {}", program.display()))?, log));
    }
    let found = wait(&mut playing, Duration::from_secs(seeds.saturating_mul(HISTORY_S_MAX)));
    for (child, log) in &mut playing {
        // One that has ended cannot be ended again, and need not.
        let _ = child.kill();
        child.wait()?;
        std::fs::remove_file(log)?;
    }
    found
}

/// Waits for all, or for the first that ends badly; shows what they say.
fn wait(playing: &mut [(Child, PathBuf)], limit: Duration) -> Result<Option<u64>> {
    let begin = Instant::now();
    let mut shown = vec![0; playing.len()];
    loop {
        let mut running = 0;
        for (at, (child, log)) in playing.iter_mut().enumerate() {
            let status = child.try_wait()?;
            let said = std::fs::read_to_string(&*log)?;
            let lines: Vec<&str> = said.lines().collect();
            lines[shown[at]..].iter().for_each(|line| eprintln!("  {line}"));
            shown[at] = lines.len();
            match status {
                None => running += 1,
                Some(status) if status.success() => {}
                Some(_) => return broken(&lines).map(Some),
            }
        }
        if running == 0 {
            return Ok(None);
        }
        if begin.elapsed() > limit {
            bail!("the histories do not end within {} s", limit.as_secs());
        }
        sleep(Duration::from_millis(POLL_MS));
    }
}

/// The seed that a process names when it ends badly.
fn broken(lines: &[&str]) -> Result<u64> {
    let named = lines.iter().rev().find_map(|line| line.strip_prefix("seed ")?.split_once(':'));
    let (seed, _) = named.context("the simulation ended without naming a seed")?;
    seed.parse().context("the simulation names no seed")
}
