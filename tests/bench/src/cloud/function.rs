//! A function's process, as Lambda starts it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use aws::function::queue_variable;
use tokio::process::{Child, Command};

use super::Cloud;
use super::runtime::Runtime;
use crate::consumer_work::FLOW;

/// Lines of a failed function's log that are shown.
const LOG_LINES_MAX: usize = 20;
/// Of `/proc/<pid>/stat`: the kernel's USER_HZ, 100 on every Linux that Rust knows.
const TICK: Duration = Duration::from_millis(10);

/// A built function.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// As the tables name it.
    pub(crate) name: &'static str,
    pub(crate) path: PathBuf,
}

/// A process of it, until it is dropped.
pub(crate) struct Function {
    name: &'static str,
    runtime: Runtime,
    child: Child,
    log: PathBuf,
    /// From the start of the process to its first request for an event.
    pub(crate) cold_start: Duration,
}

impl Program {
    /// As `cargo xtask build` lays it out.
    pub(crate) fn laid_out(name: &'static str) -> Self {
        Self { name, path: super::repository().join("target/lambda").join(name).join("bootstrap") }
    }

    /// The size of its file.
    pub(crate) fn size(&self) -> Result<u64> {
        Ok(std::fs::metadata(&self.path)
            .with_context(|| format!("cannot read {}", self.path.display()))?
            .len())
    }

    /// Starts it and waits until it is ready.
    pub(crate) async fn start(&self, cloud: &Cloud) -> Result<Function> {
        let mut runtime = Runtime::start().await?;
        let log = cloud.task_root.path().join(format!("{}.log", self.name));
        let file = std::fs::File::create(&log)?;
        let mut command = Command::new(&self.path);
        command
            .env_clear()
            .envs(variables(cloud)?)
            .env("AWS_LAMBDA_RUNTIME_API", runtime.address.to_string())
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .kill_on_drop(true);
        let begin = Instant::now();
        let child = command.spawn().with_context(|| {
            format!("cannot start {}; `cargo xtask bench` builds it", self.path.display())
        })?;
        let ready = runtime.first_poll().await.with_context(|| told(self.name, &log))?;
        Ok(Function { name: self.name, runtime, child, log, cold_start: ready.duration_since(begin) })
    }
}

/// What template.yaml and Lambda set.
fn variables(cloud: &Cloud) -> Result<Vec<(String, String)>> {
    let queue = |name: &str| format!("http://{}/000000000000/{name}.fifo", cloud.aws.address);
    let set = [
        ("AWS_ENDPOINT_URL", format!("http://{}", cloud.aws.address)),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", "bench".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512".to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "bench".to_owned()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "bench".to_owned()),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON".to_owned()),
        ("AWS_LAMBDA_LOG_LEVEL", "INFO".to_owned()),
        ("LAMBDA_TASK_ROOT", cloud.task_root.path().display().to_string()),
        ("STAGE", "local".to_owned()),
        ("FLOW", FLOW.to_owned()),
        ("TABLE", "bench".to_owned()),
        ("QUEUE_URL", queue(FLOW)),
        ("DEAD_LETTER_QUEUE_URL", queue("dead-letter")),
        ("FUNCTION_TIMEOUT_S", "120".to_owned()),
    ];
    let set = set.map(|(name, value)| (name.to_owned(), value));
    let routes = flows::routes()?;
    let queues = routes.iter().map(|(flow, _)| (queue_variable(flow), queue(flow.as_str())));
    Ok(set.into_iter().chain(queues).collect())
}

impl Function {
    /// Has it handle an event; its answer.
    pub(crate) async fn invoke(&mut self, event: String) -> Result<String> {
        self.runtime.invoke(event).await.with_context(|| told(self.name, &self.log))
    }

    /// What it has said, its last lines.
    pub(crate) fn told(&self) -> String {
        told(self.name, &self.log)
    }

    /// Memory that it holds now, in bytes: `VmRSS`.
    pub(crate) fn resident_bytes(&self) -> Result<u64> {
        let status = self.proc("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().context("VmRSS")?;
        Ok(kilobytes * 1024)
    }

    /// CPU time that it has used so far, its kernel's part included.
    pub(crate) fn cpu_time(&self) -> Result<Duration> {
        let stat = self.proc("stat")?;
        // The name in parentheses may hold spaces. After it: the state, then utime as the 12th field, stime as the 13th.
        let (_, fields) = stat.rsplit_once(')').context("/proc/<pid>/stat has another form")?;
        let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<u32>);
        Ok(TICK * ticks.sum::<Result<u32, _>>()?)
    }

    fn proc(&self, file: &str) -> Result<String> {
        let pid = self.child.id().with_context(|| format!("{} has ended", self.told()))?;
        std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join(file))
            .with_context(|| format!("cannot read /proc/{pid}/{file}; this needs Linux"))
    }
}

fn told(name: &str, log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines[lines.len().saturating_sub(LOG_LINES_MAX)..].join("\n");
    format!("{name} said:\n{last}")
}
