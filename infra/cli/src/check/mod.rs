//! `tillbridge check`.

mod files;
mod stack;
mod systems;

use anyhow::Result;
use serde_json::json;

use crate::context::Common;
use crate::print::{self, say};
use crate::{Context, Ended};

/// Looks for everything that is missing or wrong, before any event comes.
#[derive(clap::Args)]
pub struct Check {
    /// Only what needs no network: flows and environment.
    #[arg(long)]
    offline: bool,
}

/// What was looked at, and what is wrong with it.
pub(crate) struct Finding {
    what: String,
    problem: Option<String>,
}

impl Finding {
    fn well(what: impl Into<String>) -> Self {
        Self { what: what.into(), problem: None }
    }

    fn wrong(what: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { what: what.into(), problem: Some(problem.into()) }
    }

    fn of<T, E: ToString>(what: impl Into<String>, result: Result<T, E>) -> Self {
        Self { what: what.into(), problem: result.err().map(|error| error.to_string()) }
    }
}

impl Check {
    /// Looks.
    ///
    /// # Errors
    /// There is no environment file, or a connector's own table is malformed.
    pub async fn run(&self, common: Common) -> Result<Ended> {
        let file = common.file()?;
        let mut findings = files::flows()?;
        let json = common.json;
        let mut color = false;
        match common.stage(&file) {
            Err(error) => findings.extend(files::mistakes(&file.path, error)),
            Ok(stage) => {
                findings.extend(files::settings(&file.path, &stage));
                let context = Context::of(common, stage).await?;
                color = context.color;
                if !self.offline {
                    findings.extend(stack::secrets(&context).await);
                    findings.extend(stack::table(&context).await);
                    findings.extend(stack::queues(&context).await);
                    findings.extend(systems::all(&context, &file.path).await?);
                }
            }
        }
        report(&findings, json, color)
    }
}

fn report(findings: &[Finding], json: bool, color: bool) -> Result<Ended> {
    for Finding { what, problem } in findings {
        say(&match (json, problem) {
            (true, problem) => json!({ "what": what, "problem": problem }).to_string(),
            (false, None) => format!("  {}  {what}", print::mark(true, color)),
            (false, Some(problem)) => format!("  {}  {what}: {problem}", print::mark(false, color)),
        })?;
    }
    let problems = findings.iter().filter(|finding| finding.problem.is_some()).count();
    if !json {
        say(&format!("{} looked at, {problems} to mend", findings.len()))?;
    }
    Ok(if problems == 0 { Ended::Well } else { Ended::WithProblems })
}
