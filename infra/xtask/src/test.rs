//! `cargo xtask test`: everything that must hold, quick checks first. A stage that fails does not hide the others; a stage whose
//! needs have failed is not run, and said so.

use std::io::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::command::{self, cargo, command, seconds, tail};
use crate::state::folder;
use crate::{advisories, bench, down, e2e, functions, simulate, tidy, tool, up, venv};

/// Limit for one stage that compiles.
const STAGE_S_MAX: u64 = 2400;

/// One check.
struct Stage {
    name: &'static str,
    needs: &'static [&'static str],
    run: fn() -> Result<()>,
}

const STAGES: [Stage; 15] = [
    Stage { name: "tidy", needs: &[], run: tidy::run },
    Stage { name: "format", needs: &[], run: format },
    Stage { name: "clippy", needs: &[], run: clippy },
    Stage { name: "tests build", needs: &[], run: tests_build },
    Stage { name: "unit tests", needs: &["tests build"], run: unit_tests },
    Stage { name: "licences and bans", needs: &[], run: deny },
    Stage { name: "unused dependencies", needs: &[], run: machete },
    Stage { name: "release build", needs: &[], run: build },
    Stage { name: "function binaries", needs: &["release build"], run: functions::check_host },
    // It takes what the next stages leave of the processors: they wait for times to pass.
    Stage { name: "simulation begins", needs: &["tests build"], run: simulate::begin },
    // The sandbox and the command line are built with the tests.
    Stage { name: "local stack", needs: &["tests build", "release build"], run: stack },
    Stage { name: "local cloud conforms", needs: &["local stack"], run: e2e::check },
    Stage { name: "end-to-end tests", needs: &["local cloud conforms"], run: e2e::tests },
    Stage { name: "simulation", needs: &["simulation begins"], run: simulate::end },
    Stage { name: "bench", needs: &["local stack"], run: bench::run },
];

/// What became of a stage.
enum Fate {
    Passed,
    Failed(String),
    NotRun(&'static str),
}

/// Runs all stages.
pub(crate) fn run() -> Result<()> {
    let mut fates: Vec<(&'static str, Fate, Duration)> = Vec::new();
    for (at, stage) in STAGES.iter().enumerate() {
        let begin = Instant::now();
        say(&format!("\n━━ {}/{} {}", at + 1, STAGES.len(), stage.name));
        let passed =
            |need: &str| fates.iter().any(|(name, fate, _)| *name == need && matches!(fate, Fate::Passed));
        let fate = match stage.needs.iter().copied().find(|need| !passed(need)) {
            Some(need) => Fate::NotRun(need),
            None => match (stage.run)() {
                Ok(()) => Fate::Passed,
                Err(error) => Fate::Failed(format!("{error:#}")),
            },
        };
        if let Fate::Failed(reason) = &fate {
            say(&format!("✗ {}: {reason}", stage.name));
            show_logs();
        }
        fates.push((stage.name, fate, begin.elapsed()));
    }
    down::run()?;
    summarise(&fates)
}

fn summarise(fates: &[(&'static str, Fate, Duration)]) -> Result<()> {
    say("");
    let mut passed = 0_u32;
    for (name, fate, took) in fates {
        match fate {
            Fate::Passed => {
                passed += 1;
                say(&format!("✓ {name} ({})", seconds(*took)));
            }
            Fate::Failed(reason) => say(&format!("✗ {name}: {}", reason.lines().next().unwrap_or_default())),
            Fate::NotRun(need) => say(&format!("– {name}: not run, it needs `{need}`")),
        }
    }
    let failed = u32::try_from(fates.len())? - passed;
    say(&format!("stages: {passed} passed, {failed} failed"));
    if failed == 0 { Ok(()) } else { bail!("not everything holds") }
}

/// On standard output, in order with what the stages print there.
fn say(line: &str) {
    println!("{line}");
    // A closed pipe: nobody reads the progress, the exit code still tells.
    let _ = std::io::stdout().flush();
}

fn show_logs() {
    for log in ["ministack.log", "sandbox.log"] {
        if let Ok(text) = tail(&folder().join(log)) {
            say(&format!("── the end of {log}\n{text}"));
        }
    }
}

fn limit() -> Duration {
    Duration::from_secs(STAGE_S_MAX)
}

fn format() -> Result<()> {
    command::run("format", cargo().args(["fmt", "--all", "--check"]), limit())
}

fn clippy() -> Result<()> {
    let mut clippy = cargo();
    clippy.args(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]);
    command::run("clippy", &mut clippy, limit())
}

/// All but the end-to-end tests: those need the stack, and come later.
fn unit_tests() -> Result<()> {
    command::run("unit tests", &mut test(&["--exclude", "e2e", "--no-fail-fast"]), limit())
}

/// All of them, and the programs of all packages with them.
fn tests_build() -> Result<()> {
    command::run("building the tests", &mut test(&["--no-run"]), limit())
}

fn test(more: &[&str]) -> Command {
    let mut test = cargo();
    test.args(["test", "--workspace", "--locked"]).args(more);
    test
}

fn deny() -> Result<()> {
    let deny = tool::DENY.install()?;
    let mut check = command(&deny);
    check.args(["--workspace", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"]);
    command::run("cargo deny", &mut check, limit())?;
    advisories::check(&deny)
}

fn machete() -> Result<()> {
    let machete = tool::MACHETE.install()?;
    command::run("cargo machete", command(machete).args(["--skip-target-dir"]), limit())
}

/// With the bench, so that what they share is compiled once.
fn build() -> Result<()> {
    bench::build()
}

/// From nothing, so that no earlier run's state decides a test.
fn stack() -> Result<()> {
    down::run()?;
    venv::install()?;
    up::start().map(|_| ())
}
