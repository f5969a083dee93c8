//! What `up` has started and where it is: `target/local/state.json`. The end-to-end tests read it too.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::daemon::Daemon;
use crate::root;

/// The folder of everything that `down` removes.
pub(crate) fn folder() -> PathBuf {
    root::path("target/local")
}

/// Where the local cloud and the SAM CLI put their temporary files: `down` removes it with the rest.
pub(crate) fn temporary() -> Result<PathBuf> {
    let folder = folder().join("tmp");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

/// The local stack. Fields are filled as `up` goes on, so that `down` finds what a failed `up` left.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    /// MiniStack.
    pub(crate) cloud: Option<Daemon>,
    /// Where it answers.
    pub(crate) cloud_url: String,
    /// `sandbox serve`.
    pub(crate) sandbox: Option<Daemon>,
    /// Where it answers.
    pub(crate) sandbox_url: String,
    /// Which binary runs as the sandbox.
    pub(crate) sandbox_binary: String,
    /// What is deployed: template, settings and functions.
    pub(crate) deployed: String,
    /// The stage.
    pub(crate) stage: String,
    /// Of the REST API.
    pub(crate) api_id: String,
    /// `POST <webhook_url>/<source>/<pair>`.
    pub(crate) webhook_url: String,
    /// The table's name.
    pub(crate) table: String,
    /// The dead-letter queue.
    pub(crate) dead_letter_queue_url: String,
    /// The queue of each flow.
    pub(crate) queue_urls: BTreeMap<String, String>,
    /// Of the conformance probe: `QueueUrl`, `DeadUrl`, `SeenTable`.
    pub(crate) conformance: BTreeMap<String, String>,
}

impl State {
    /// Reads it; an empty one when nothing runs.
    pub(crate) fn read() -> Result<Self> {
        let file = folder().join("state.json");
        match std::fs::read_to_string(&file) {
            Ok(text) => serde_json::from_str(&text)
                .with_context(|| format!("{} is damaged; `cargo xtask down`, then `up`", file.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
        }
    }

    /// Writes it.
    pub(crate) fn write(&self) -> Result<()> {
        std::fs::create_dir_all(folder())?;
        let text = serde_json::to_string_pretty(self)?;
        std::fs::write(folder().join("state.json"), text).context("cannot write target/local/state.json")
    }
}
