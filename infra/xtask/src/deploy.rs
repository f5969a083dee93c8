//! `cargo xtask deploy <stage>`: builds the functions for what the stage runs on, looks at what came of it, and hands it to the
//! SAM CLI of `target/venv`. What does not fit would start on no Lambda, and be found out by the first event.

use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::binary::Architecture;
use crate::command::command;
use crate::functions::{self, Target};
use crate::{cloud, root, venv};

/// Builds, checks and deploys; `more` goes to `sam deploy` as it is.
pub(crate) fn run(stage: &str, more: &[String]) -> Result<()> {
    if stage == cloud::STAGE {
        bail!("`cargo xtask up` deploys the stage `{stage}`, to this machine");
    }
    let settings = std::fs::read_to_string(root::path("samconfig.toml")).context("samconfig.toml")?;
    let architecture = architecture(&settings, stage)?;
    let environment = format!("infra/environments/{stage}.yaml");
    if !root::path(&environment).exists() {
        bail!("there is no {environment}; copy infra/environments/example.yaml and fill in what is yours");
    }
    venv::install()?;
    functions::build(Target::of(architecture)?)?;
    functions::check(architecture)?;
    // By itself, because it may ask (`confirm_changeset`).
    let mut sam = command(venv::program("sam"));
    sam.args(["deploy", "--config-env", stage, "--template-file", "template.yaml"]).args(more);
    let status = sam.stdin(Stdio::inherit()).status().context("cannot start target/venv/bin/sam")?;
    if !status.success() {
        bail!("`sam deploy --config-env {stage}` ended with {status}");
    }
    Ok(())
}

/// What a stage runs on, as samconfig.toml says.
fn architecture(settings: &str, stage: &str) -> Result<Architecture> {
    let section = format!("[{stage}.deploy.parameters]");
    let Some((_, settings)) = settings.split_once(&section) else {
        bail!("samconfig.toml has no {section}; write one like that of `sandbox`");
    };
    let settings = settings.split("\n[").next().unwrap_or_default();
    let words = settings.split(|end: char| end.is_whitespace() || end == '"');
    let name = words.filter_map(|word| word.strip_prefix("Architecture=")).next();
    name.with_context(|| format!("samconfig.toml, {section}: parameter_overrides says no Architecture"))?
        .parse()
        .with_context(|| format!("samconfig.toml, {section}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stage_says_what_it_runs_on() {
        let settings = std::fs::read_to_string(root::path("samconfig.toml")).expect("the settings");
        let of = |stage: &str| architecture(&settings, stage).map_err(|error| format!("{error:#}"));
        for (stage, found) in [
            ("local", Architecture::X86_64),
            ("sandbox", Architecture::Arm64),
            ("staging", Architecture::Arm64),
            ("production", Architecture::Arm64),
        ] {
            assert_eq!(of(stage), Ok(found), "{stage}");
        }
        let error = of("elsewhere").expect_err("no such stage");
        assert!(error.contains("[elsewhere.deploy.parameters]"), "{error}");
        let odd = settings.replace("Stage=sandbox Architecture=arm64", "Stage=sandbox Architecture=mips");
        let error = architecture(&odd, "sandbox").expect_err("no such architecture");
        assert!(format!("{error:#}").contains("`mips`"), "{error:#}");
        let silent = settings.replace("Stage=sandbox Architecture=arm64", "Stage=sandbox");
        assert!(architecture(&silent, "sandbox").is_err(), "the next stage's is not its own");
    }
}
