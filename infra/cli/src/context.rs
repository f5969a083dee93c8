//! Which stage, where it is, and how to print.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use aws::{Secrets, Table};
use canonical::PairId;
use environment::Stage;
use serde::Deserialize;

use crate::Stop;

/// Options that every command takes.
#[derive(clap::Args)]
pub struct Common {
    /// The stage: infra/environments/<stage>.yaml.
    #[arg(long, global = true, env = "TILLBRIDGE_STAGE", default_value = "local")]
    pub(crate) stage: String,
    /// The pair; `main` where none is named. `check` looks at all pairs where none is named.
    #[arg(long, global = true)]
    pair: Option<PairId>,
    /// The environment file, where it is not infra/environments/<stage>.yaml here or above.
    #[arg(long, global = true)]
    environment: Option<PathBuf>,
    /// The table, where it is not `tillbridge-<stage>` (a restored copy).
    #[arg(long, global = true, env = "TILLBRIDGE_TABLE")]
    table: Option<String>,
    /// Print JSON instead of text.
    #[arg(long, global = true)]
    pub(crate) json: bool,
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
    pub(crate) secrets: Arc<dyn environment::Secrets>,
    pub(crate) local: Option<Local>,
    pub(crate) sdk: aws::SdkConfig,
    pub(crate) table_name: String,
}

/// The pair where none is named.
const DEFAULT_PAIR: &str = "main";
/// The stage that `cargo xtask up` deploys, on this machine; no AWS account has it.
const LOCAL_STAGE: &str = "local";

/// What `cargo xtask up` writes to `target/local/state.json`, as far as it is needed here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Local {
    stage: String,
    cloud_url: String,
    pub(crate) webhook_url: String,
}

impl Local {
    /// The local stack, where it runs and is of this stage.
    fn of(stage: &str) -> Result<Option<Self>> {
        let file = above(&std::env::current_dir()?, "target/local/state.json");
        let text = file.and_then(|file| std::fs::read_to_string(file).ok());
        let local = text.and_then(|text| serde_json::from_str::<Self>(&text).ok());
        Ok(local.filter(|local| local.stage == stage))
    }
}

/// Where AWS is for a stage: what the variables say; else for `local` the local stack, without anybody's keys.
async fn sdk_config(stage: &str, local: Option<&Local>) -> Result<aws::SdkConfig> {
    let is_named = std::env::var_os("AWS_ENDPOINT_URL").is_some_and(|url| !url.is_empty());
    match local.filter(|local| !local.cloud_url.is_empty()) {
        _ if is_named => Ok(aws::sdk_config().await),
        Some(local) => Ok(aws::sdk_config_of_local_cloud(&local.cloud_url).await),
        None if stage == LOCAL_STAGE => Err(Stop::Usage(
            "the local stack does not run: `cargo xtask up` starts it; another stage is named with --stage"
                .to_owned(),
        )
        .into()),
        None => Ok(aws::sdk_config().await),
    }
}

/// An environment file, as it lies there.
pub(crate) struct File {
    pub(crate) path: PathBuf,
    text: String,
}

impl Common {
    /// The environment file.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn file(&self) -> Result<File> {
        let name = format!("infra/environments/{}.yaml", self.stage);
        let path = match &self.environment {
            Some(path) => path.clone(),
            None => above(&std::env::current_dir()?, &name).ok_or_else(|| {
                Stop::Usage(format!("there is no {name} here or above; name it with --environment"))
            })?,
        };
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Stop::Usage(format!("{} cannot be read: {error}", path.display())))?;
        Ok(File { path, text })
    }

    /// What the file says.
    ///
    /// # Errors
    /// Its mistakes.
    pub(crate) fn stage(&self, file: &File) -> Result<Stage, environment::Error> {
        Stage::parse(&self.stage, &file.text)
    }

    /// The stage with the pair that was asked for alone; with all where none was.
    ///
    /// # Errors
    /// It has no such pair.
    pub(crate) fn narrowed(&self, mut stage: Stage, file: &File) -> Result<Stage, Stop> {
        if let Some(pair) = &self.pair {
            known(pair, &stage, file)?;
            stage.pairs.retain(|other, _| other == pair);
        }
        Ok(stage)
    }
}

impl Context {
    /// Reads the environment file and prepares the AWS clients. Calls nobody.
    ///
    /// # Errors
    /// The file is missing or has mistakes, or the pair is not in it.
    pub async fn open(common: Common) -> Result<Self> {
        let file = common.file()?;
        let stage = common.stage(&file).map_err(|error| Stop::Problem(error.to_string()))?;
        let context = Self::of(common, stage).await?;
        known(&context.pair, &context.stage, &file)?;
        Ok(context)
    }

    /// A context of a stage.
    pub(crate) async fn of(common: Common, stage: Stage) -> Result<Self> {
        let pair = common.pair.clone().map_or_else(|| DEFAULT_PAIR.parse(), Ok)?;
        let local = Local::of(&common.stage)?;
        let sdk = sdk_config(&common.stage, local.as_ref()).await?;
        // As template.yaml names it.
        let table = common.table.filter(|name| !name.is_empty());
        let table_name = table.unwrap_or_else(|| format!("tillbridge-{}", common.stage));
        Ok(Self {
            stage,
            pair,
            json: common.json,
            color: has_color(),
            secrets: Arc::new(Secrets::new(&sdk)),
            local,
            table_name,
            sdk,
        })
    }

    /// The stage's table.
    pub(crate) fn table(&self) -> Arc<Table> {
        Arc::new(Table::new(&self.sdk, &self.table_name))
    }
}

/// That a pair is in the environment file.
fn known(pair: &PairId, stage: &Stage, file: &File) -> Result<(), Stop> {
    if stage.pairs.contains_key(pair) {
        return Ok(());
    }
    let known: Vec<&str> = stage.pairs.keys().map(PairId::as_str).collect();
    let path = file.path.display();
    Err(Stop::Usage(format!("pair `{pair}` is not in {path}; there are {}", known.join(", "))))
}

/// Whether what is printed is for a terminal, and its owner likes colours.
pub(crate) fn has_color() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// A file below this folder or one above it.
fn above(here: &Path, name: &str) -> Option<PathBuf> {
    here.ancestors().map(|folder| folder.join(name)).find(|file| file.exists())
}
