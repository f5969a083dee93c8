//! The operators' command, as they run it.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::Stack;

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its exit code.
    pub code: i32,
    /// What it printed.
    pub out: String,
    /// What it complained of.
    pub err: String,
}

impl Stack {
    /// Runs `tillbridge` on the deployed stack.
    ///
    /// # Errors
    /// It is not built.
    pub async fn tillbridge(&self, arguments: &[&str]) -> Result<Said> {
        self.tillbridge_at(&self.state.stage, arguments).await
    }

    /// Runs `tillbridge` for another stage than the deployed one.
    ///
    /// # Errors
    /// It is not built.
    pub async fn tillbridge_at(&self, stage: &str, arguments: &[&str]) -> Result<Said> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let output = tokio::process::Command::new(root.join("target/debug/tillbridge"))
            .args(arguments)
            .args(["--stage", stage])
            .current_dir(&root)
            .env("AWS_ENDPOINT_URL", &self.state.cloud_url)
            .envs([("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")])
            .envs([("AWS_REGION", "us-east-1"), ("NO_COLOR", "1")])
            .output()
            .await
            .context("target/debug/tillbridge cannot be run; `cargo xtask up` builds it")?;
        Ok(Said {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}
