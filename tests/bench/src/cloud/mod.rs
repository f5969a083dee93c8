//! What surrounds a built function on this machine: Lambda's runtime API, AWS, the four systems. All in this process, so that the
//! function's own process is only the function.

mod aws;
mod function;
mod runtime;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sandbox::{Sandbox, Settings};
use tokio::net::TcpListener;

pub(crate) use aws::Aws;
pub(crate) use function::{Function, Program};

/// The surroundings.
pub(crate) struct Cloud {
    pub(crate) aws: Aws,
    pub(crate) sandbox: Sandbox,
    /// What Lambda calls the task root: it holds `environments/local.yaml`, aimed at the sandbox.
    pub(crate) task_root: tempfile::TempDir,
}

impl Cloud {
    /// Starts everything.
    pub(crate) async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let sandbox =
            Sandbox::new(Settings { public_url: format!("http://{address}"), ..Settings::default() });
        tokio::spawn(sandbox::serve(listener, sandbox.clone()));
        Ok(Self { aws: Aws::start().await?, sandbox, task_root: task_root(address)? })
    }
}

/// The local stage's file, with the sandbox of this run in the place of the one that `cargo xtask up` starts.
fn task_root(sandbox: SocketAddr) -> Result<tempfile::TempDir> {
    let text = std::fs::read_to_string(repository().join("infra/environments/local.yaml"))?;
    let usual = format!("http://127.0.0.1:{}", sandbox::PORT);
    anyhow::ensure!(text.contains(&usual), "infra/environments/local.yaml does not name {usual}");
    let folder = tempfile::tempdir().context("no temporary folder")?;
    let environments = folder.path().join("environments");
    std::fs::create_dir(&environments)?;
    std::fs::write(environments.join("local.yaml"), text.replace(&usual, &format!("http://{sandbox}")))?;
    Ok(folder)
}

/// The repository's root.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
