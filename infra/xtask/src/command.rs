//! Commands that are run to their end, with a limit, a name that people understand, and what they said when they fail.

use std::fs::File;
use std::io::{IsTerminal, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};

use crate::root;

/// How often a running command is looked at.
const POLL_MS: u64 = 50;
/// What a failed command's log shows.
const LOG_LINES_MAX: usize = 40;

/// A command that starts at the repository's root.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root::root()).stdin(Stdio::null());
    command
}

/// `cargo`, the one that runs us, without what it has told us about our own package: `ring` is built anew, and all above it, where
/// those variables are others than last time, so that a build from a shell and one from here would undo each other.
pub(crate) fn cargo() -> Command {
    let mut cargo = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let names = std::env::vars_os().map(|(name, _)| name);
    let is_ours = |name: &std::ffi::OsString| {
        name.to_str()
            .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
    };
    names.filter(is_ours).for_each(|name| {
        cargo.env_remove(name);
    });
    cargo
}

/// Runs it with its output on ours.
pub(crate) fn run(label: &str, command: &mut Command, limit: Duration) -> Result<()> {
    let child = command.spawn().with_context(|| format!("{label}: cannot start {}", program(command)))?;
    let status = wait(label, child, limit)?;
    if !status.success() {
        bail!("{label}: `{}` ended with {status}", line(command));
    }
    Ok(())
}

/// Runs it behind one line of progress; its output goes to `log` and is shown only when it fails.
pub(crate) fn run_quietly(label: &str, command: &mut Command, log: &Path, limit: Duration) -> Result<()> {
    let progress = Progress::start(label);
    if let Some(folder) = log.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    command.stdout(file.try_clone()?).stderr(file);
    let child = command.spawn().with_context(|| format!("{label}: cannot start {}", program(command)))?;
    let status = wait(label, child, limit)?;
    if !status.success() {
        bail!("{label}: `{}` ended with {status}. Its last words:\n{}", line(command), tail(log)?);
    }
    progress.done();
    Ok(())
}

/// What it prints.
pub(crate) fn output(label: &str, command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{label}: cannot start {}", program(command)))?;
    if !output.status.success() {
        bail!("{label}: `{}`: {}", line(command), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Polls until `ready` says so, behind one line of progress.
pub(crate) fn wait_until(
    label: &str,
    limit: Duration,
    mut ready: impl FnMut() -> Result<bool>,
) -> Result<()> {
    let progress = Progress::start(label);
    let begin = Instant::now();
    while !ready()? {
        if begin.elapsed() > limit {
            bail!("{label}: not after {} s", limit.as_secs());
        }
        sleep(Duration::from_millis(POLL_MS));
    }
    progress.done();
    Ok(())
}

/// The end of a log.
pub(crate) fn tail(log: &Path) -> Result<String> {
    let mut text = Vec::new();
    File::open(log).with_context(|| format!("cannot read {}", log.display()))?.read_to_end(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    Ok(lines[lines.len().saturating_sub(LOG_LINES_MAX)..].join("\n"))
}

fn wait(label: &str, mut child: Child, limit: Duration) -> Result<ExitStatus> {
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if begin.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            bail!("{label}: ended by us after {} s", limit.as_secs());
        }
        sleep(Duration::from_millis(POLL_MS));
    }
}

fn program(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

fn line(command: &Command) -> String {
    let mut line = program(command);
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

/// One line that says what is being done: a spinner on a terminal, a line at the end elsewhere.
pub(crate) struct Progress {
    label: String,
    begin: Instant,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Starts the line.
    pub(crate) fn start(label: &str) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("  {spinner} {msg} {elapsed}") {
                bar.set_style(style);
            }
            bar.set_message(label.to_owned());
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        Self { label: label.to_owned(), begin: Instant::now(), bar }
    }

    /// Ends it as done.
    pub(crate) fn done(self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        eprintln!("  ✓ {} ({})", self.label, seconds(self.begin.elapsed()));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// `83.4 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{}.{} s", duration.as_secs(), duration.subsec_millis() / 100)
}
