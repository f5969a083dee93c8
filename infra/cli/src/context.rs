//! Which stage, where it is, and how to print.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use aws::{Secrets, Table};
use canonical::PairId;
use environment::Stage;
use serde::Deserialize;

/// Options that every command takes.
#[derive(clap::Args)]
pub struct Common {
    /// The stage: infra/environments/<stage>.yaml.
    #[arg(long, global = true, env = "TILLBRIDGE_STAGE", default_value = "local")]
    stage: String,
    /// The pair.
    #[arg(long, global = true, default_value = "main")]
    pair: String,
    /// The environment file, where it is not infra/environments/<stage>.yaml here or above.
    #[arg(long, global = true)]
    environment: Option<PathBuf>,
    /// The table's name; the local stack's own where `cargo xtask up` has run.
    #[arg(long, global = true, env = "TABLE")]
    table: Option<String>,
    /// Print JSON instead of text.
    #[arg(long, global = true)]
    json: bool,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All is well.
    Well,
    /// Problems were found and printed.
    WithProblems,
}

/// What every command works with.
pub struct Context {
    pub(crate) stage: Stage,
    pub(crate) pair: PairId,
    pub(crate) json: bool,
    pub(crate) color: bool,
    pub(crate) secrets: Secrets,
    pub(crate) local: Option<Local>,
    table: Option<String>,
    sdk: aws::SdkConfig,
}

/// What `cargo xtask up` writes to `target/local/state.json`, as far as it is needed here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Local {
    stage: String,
    table: String,
    pub(crate) webhook_url: String,
}

impl Context {
    /// Reads the environment file and prepares the AWS clients. Calls nobody.
    ///
    /// # Errors
    /// The file is missing or has mistakes.
    pub async fn open(common: Common) -> Result<Self> {
        let here = std::env::current_dir()?;
        let file = match common.environment {
            Some(file) => file,
            None => {
                above(&here, &format!("infra/environments/{}.yaml", common.stage)).with_context(|| {
                    format!(
                        "there is no infra/environments/{}.yaml here or above; name it with --environment",
                        common.stage
                    )
                })?
            }
        };
        let yaml =
            std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let stage = Stage::parse(&common.stage, &yaml)?;
        let local = above(&here, "target/local/state.json")
            .and_then(|file| std::fs::read_to_string(file).ok())
            .and_then(|text| serde_json::from_str::<Local>(&text).ok())
            .filter(|local| local.stage == common.stage);
        let sdk = aws::sdk_config().await;
        let table = common.table.or_else(|| local.as_ref().map(|local| local.table.clone()));
        Ok(Self {
            stage,
            pair: common.pair.parse()?,
            json: common.json,
            color: std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
            secrets: Secrets::new(&sdk),
            local,
            table,
            sdk,
        })
    }

    /// The stage's table.
    pub(crate) fn table(&self) -> Result<Arc<Table>> {
        match self.table.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => Ok(Arc::new(Table::new(&self.sdk, name))),
            None => bail!(
                "which table? name it with --table (the stack's output `Table`), or run `cargo xtask up`"
            ),
        }
    }
}

/// A file below this folder or one above it.
fn above(here: &Path, name: &str) -> Option<PathBuf> {
    here.ancestors().map(|folder| folder.join(name)).find(|file| file.exists())
}
