//! `tillbridge check`.

mod files;
mod stack;
mod systems;

use std::path::Path;

use anyhow::Result;
use environment::Stage;
use serde_json::json;

use crate::context::{Common, has_color};
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
    /// What is yet to be done, though nothing is wrong without it.
    advice: Option<String>,
}

impl Finding {
    fn well(what: impl Into<String>) -> Self {
        Self { what: what.into(), problem: None, advice: None }
    }

    fn advised(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { advice: Some(advice.into()), ..Self::well(what) }
    }

    fn wrong(what: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { problem: Some(problem.into()), ..Self::well(what) }
    }

    /// What came of looking. An error that names the thing itself does not name it twice.
    fn of<T, E: ToString>(what: impl Into<String>, result: Result<T, E>) -> Self {
        let what = what.into();
        let problem = result.err().map(|error| {
            let said = error.to_string();
            let rest = said.strip_prefix(&what).map(|rest| rest.trim_start_matches([':', ' ']).to_owned());
            rest.unwrap_or(said)
        });
        Self { what, problem, advice: None }
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
        match common.stage(&file) {
            Err(error) => findings.extend(files::mistakes(&file.path, error)),
            Ok(stage) => {
                let stage = common.narrowed(stage, &file)?;
                findings.extend(files::settings(&file.path, &stage));
                if !self.offline {
                    findings.extend(deployed(common, stage, &file.path).await?);
                }
            }
        }
        report(&findings, json, has_color())
    }
}

/// What needs a network: the stack, and the systems.
async fn deployed(common: Common, stage: Stage, file: &Path) -> Result<Vec<Finding>> {
    let context = match Context::of(common, stage).await {
        Ok(context) => context,
        Err(error) => return Ok(vec![Finding::of::<(), _>("stack", Err(error))]),
    };
    let mut findings = stack::secrets(&context).await;
    findings.push(stack::table(&context).await);
    findings.extend(stack::queues(&context).await);
    findings.extend(systems::all(&context, file).await?);
    Ok(findings)
}

fn report(findings: &[Finding], json: bool, color: bool) -> Result<Ended> {
    for Finding { what, problem, advice } in findings {
        say(&match (problem, advice) {
            _ if json => json!({ "what": what, "problem": problem, "advice": advice }).to_string(),
            (None, None) => format!("  {}  {what}", print::mark(true, color)),
            (None, Some(advice)) => format!("  {}  {what}: {advice}", print::mark(true, color)),
            (Some(problem), _) => format!("  {}  {what}: {problem}", print::mark(false, color)),
        })?;
    }
    let problems = findings.iter().filter(|finding| finding.problem.is_some()).count();
    if !json {
        say(&format!("{} looked at, {problems} to mend", findings.len()))?;
    }
    Ok(if problems == 0 { Ended::Well } else { Ended::WithProblems })
}
