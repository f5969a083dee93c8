//! Processes that go on when we end: started in a group of their own, recorded, and ended only if they are still the ones recorded.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use serde::{Deserialize, Serialize};

use crate::command;

/// How long a process may take to end by itself before it is killed.
const END_S_MAX: u64 = 10;

/// A process that was started, told apart from a later one with the same id by its start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Daemon {
    /// Its id, also that of its group.
    pub(crate) pid: i32,
    /// When it was started, as the system writes it.
    pub(crate) started: String,
}

/// Starts `command` with its output in `log`.
pub(crate) fn start(command: &mut Command, log: &Path) -> Result<Daemon> {
    if let Some(folder) = log.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    command.stdout(file.try_clone()?).stderr(file).process_group(0);
    let child = command
        .spawn()
        .with_context(|| format!("cannot start {}", command.get_program().to_string_lossy()))?;
    let pid = i32::try_from(child.id()).context("a process id above i32")?;
    let started = start_of(pid).context("the process ended at once; see its log")?;
    Ok(Daemon { pid, started })
}

impl Daemon {
    /// Whether it still runs.
    pub(crate) fn runs(&self) -> bool {
        start_of(self.pid).is_some_and(|started| started == self.started)
    }

    /// Ends it and its group, and waits until it has ended.
    pub(crate) fn end(&self) -> Result<()> {
        if !self.runs() {
            return Ok(());
        }
        let group = Pid::from_raw(self.pid).context("process 0 is not ours")?;
        kill_process_group(group, Signal::TERM)?;
        let begin = Instant::now();
        while self.runs() {
            if begin.elapsed() > Duration::from_secs(END_S_MAX) {
                kill_process_group(group, Signal::KILL)?;
            }
            if begin.elapsed() > Duration::from_secs(2 * END_S_MAX) {
                bail!("process {} does not end", self.pid);
            }
            sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

/// When a process was started; nothing when there is none, or only its remains.
fn start_of(pid: i32) -> Option<String> {
    if !Path::new("/proc/self/stat").exists() {
        let mut ps = command::command("ps");
        let started = command::output("ps", ps.args(["-o", "lstart=", "-p", &pid.to_string()])).ok()?;
        return Some(started.trim().to_owned()).filter(|started| !started.is_empty());
    }
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold spaces; after it come the state and, as the 20th, the start in ticks.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X") { None } else { fields.nth(18).map(str::to_owned) }
}
