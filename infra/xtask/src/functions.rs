//! The functions as Lambda takes them: `target/lambda/<function>/{bootstrap,environments/}`.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::binary::{self, Architecture};
use crate::command::{cargo, run};
use crate::root;

/// The packages that become functions; each is also the name of its binary.
pub(crate) const FUNCTIONS: [&str; 3] = ["ingest", "consumer", "sweep"];
/// Limit for a build from nothing on a small machine.
pub(crate) const BUILD_S_MAX: u64 = 2400;

/// What the functions run on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// This machine: the local cloud, and Lambda on x86_64 where this is Linux on x86_64.
    Host,
    /// Graviton.
    Arm64,
}

impl Target {
    /// What to build for an architecture.
    pub(crate) fn of(architecture: Architecture) -> Result<Self> {
        match architecture {
            Architecture::Arm64 => Ok(Self::Arm64),
            Architecture::X86_64 if cfg!(all(target_os = "linux", target_arch = "x86_64")) => Ok(Self::Host),
            Architecture::X86_64 => {
                bail!(
                    "Architecture=x86_64 is built on Linux on x86_64; here, set Architecture=arm64 in samconfig.toml"
                )
            }
        }
    }
}

/// Builds them all in one call, so that what they share is compiled once, and lays them out.
pub(crate) fn build(target: Target) -> Result<()> {
    match target {
        Target::Host => build_with(&[]),
        Target::Arm64 => {
            let mut build = cargo();
            build.args(["lambda", "build", "--release", "--arm64"]);
            for function in FUNCTIONS {
                build.args(["--bin", function]);
            }
            run("building the functions for arm64", &mut build, Duration::from_secs(BUILD_S_MAX))
                .context("arm64 needs cargo-lambda (`pip install cargo-lambda`) and `rustup target add aarch64-unknown-linux-gnu`")?;
            let built = root::path("target/lambda");
            FUNCTIONS.iter().try_for_each(|name| lay_out(name, &built.join(name).join("bootstrap")))
        }
    }
}

/// Builds them for this machine, in the same call as other packages.
pub(crate) fn build_with(others: &[&str]) -> Result<()> {
    let mut build = cargo();
    build.args(["build", "--release", "--locked"]);
    for package in FUNCTIONS.iter().chain(others) {
        build.args(["-p", package]);
    }
    run("building the functions", &mut build, Duration::from_secs(BUILD_S_MAX))?;
    let built = root::path("target/release");
    FUNCTIONS.iter().try_for_each(|name| lay_out(name, &built.join(name)))
}

/// Copies binary and environment files into the folder that becomes the function's package.
fn lay_out(function: &str, binary: &Path) -> Result<()> {
    let folder = root::path("target/lambda").join(function);
    let environments = folder.join("environments");
    if environments.exists() {
        std::fs::remove_dir_all(&environments)?;
    }
    std::fs::create_dir_all(&environments)?;
    let bootstrap = folder.join("bootstrap");
    if binary != bootstrap {
        std::fs::copy(binary, &bootstrap).with_context(|| format!("cannot copy {}", binary.display()))?;
    }
    copy_environments(&root::path("infra/environments"), &environments)
}

/// Adds the stages that only the end-to-end tests know to what was laid out: for the local stack.
pub(crate) fn add_test_environments() -> Result<()> {
    for function in FUNCTIONS {
        let environments = root::path("target/lambda").join(function).join("environments");
        copy_environments(&root::path("tests/e2e/environments"), &environments)?;
    }
    Ok(())
}

fn copy_environments(from: &Path, to: &Path) -> Result<()> {
    for entry in std::fs::read_dir(from)? {
        let file = entry?.path();
        let is_stage = file.extension().is_some_and(|end| end == "yaml")
            && file.file_stem().is_some_and(|stem| stem != "example");
        if let (Some(name), true) = (file.file_name(), is_stage) {
            std::fs::copy(&file, to.join(name))?;
        }
    }
    Ok(())
}

/// The same of what was built for this machine.
pub(crate) fn check_host() -> Result<()> {
    check(Architecture::host().context("Lambda has nothing like this machine")?)
}

/// That what was laid out runs on Lambda's machines of an architecture, and is small.
pub(crate) fn check(architecture: Architecture) -> Result<()> {
    let mut faults = Vec::new();
    for function in FUNCTIONS {
        let bootstrap = root::path("target/lambda").join(function).join("bootstrap");
        let report = binary::inspect(&bootstrap)?;
        eprintln!("  {function}: {report}");
        faults.extend(report.faults(architecture).into_iter().map(|fault| format!("{function}: {fault}")));
    }
    if faults.is_empty() { Ok(()) } else { bail!("{}", faults.join("\n")) }
}
