//! `cargo xtask mutants`: breaks the product on purpose, one rule at a time, and asks the simulation to find out. Each mutant is a
//! patch in `tests/simulation/mutations` whose first line says what it breaks.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::command::{self, command, output};
use crate::{root, simulate};

/// Where the patches are.
const FOLDER: &str = "tests/simulation/mutations";
/// Histories that a mutant may live through.
pub(crate) const SEEDS_MAX: u64 = 10_000;
/// Limit for applying a patch.
const APPLY_S_MAX: u64 = 60;

/// A deliberate fault.
#[derive(Debug)]
struct Mutant {
    name: String,
    patch: PathBuf,
    what: String,
}

/// Plays the simulation against each mutant, or one.
pub(crate) fn run(only: Option<&str>, seeds: u64) -> Result<()> {
    let mutants = all()?;
    let chosen: Vec<&Mutant> =
        mutants.iter().filter(|mutant| only.is_none_or(|only| only == mutant.name)).collect();
    if chosen.is_empty() {
        bail!("there is no mutant `{}` in {FOLDER}", only.unwrap_or_default());
    }
    let mut lines = Vec::new();
    let mut lived = 0_u32;
    for mutant in chosen {
        eprintln!("━━ {}: {}", mutant.name, mutant.what);
        let caught = outcome(mutant, seeds).with_context(|| mutant.name.clone())?;
        lived += u32::from(caught.is_none());
        let by =
            caught.map_or_else(|| format!("lives through {seeds} histories"), |seed| format!("seed {seed}"));
        lines.push(format!("{:<28} {by:<12} {}", mutant.name, mutant.what));
    }
    lines.iter().for_each(|line| println!("{line}"));
    if lived == 0 { Ok(()) } else { bail!("{lived} mutants live") }
}

/// The seed that finds a mutant.
fn outcome(mutant: &Mutant, seeds: u64) -> Result<Option<u64>> {
    let (checkout, target) = (root::path("target/mutants/checkout"), root::path("target/mutants/target"));
    copy(&checkout)?;
    patch(&checkout, &mutant.patch, &[])?;
    let program = simulate::build(&checkout, Some(&target))?;
    simulate::play(&program, 1, seeds, simulate::Priority::Own)
}

/// The sources as they are here, in a checkout of their own. A file keeps its time where it did not change, so that only what a patch
/// has touched is built again.
fn copy(checkout: &Path) -> Result<()> {
    let listed = output(
        "git ls-files",
        command("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]),
    )?;
    for name in listed.lines() {
        let from = root::path(name);
        if !from.is_file() {
            continue;
        }
        let to = checkout.join(name);
        let bytes = std::fs::read(&from)?;
        if std::fs::read(&to).is_ok_and(|there| there == bytes) {
            continue;
        }
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&to, bytes).with_context(|| format!("cannot write {}", to.display()))?;
    }
    Ok(())
}

/// Applies a patch, or with `--check` asks whether it applies.
fn patch(checkout: &Path, patch: &Path, more: &[&str]) -> Result<()> {
    // Not by git: the copy lies below the repository, and git would apply it there.
    let mut apply = command("patch");
    apply
        .current_dir(checkout)
        .args(["--strip=1", "--forward", "--no-backup-if-mismatch", "--input"])
        .arg(patch)
        .args(more);
    apply.stdout(std::process::Stdio::null());
    command::run("patch", &mut apply, Duration::from_secs(APPLY_S_MAX))
}

/// All patches, by name.
fn all() -> Result<Vec<Mutant>> {
    let mut mutants = Vec::new();
    for entry in std::fs::read_dir(root::path(FOLDER)).with_context(|| format!("cannot read {FOLDER}"))? {
        let patch = entry?.path();
        if patch.extension().is_none_or(|extension| extension != "patch") {
            continue;
        }
        let name = patch.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let text = std::fs::read_to_string(&patch)?;
        let what =
            text.lines().next().and_then(|line| line.strip_prefix("# ")).unwrap_or_default().to_owned();
        mutants.push(Mutant { name, patch, what });
    }
    mutants.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(mutants)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A patch that applies no more tests nothing.
    #[test]
    fn every_mutant_applies_and_says_what_it_breaks() {
        let mutants = all().unwrap();
        assert!(mutants.len() >= 15, "{} mutants", mutants.len());
        for mutant in mutants {
            assert!(mutant.what.len() > 20, "{}: its first line is `# what it breaks`", mutant.name);
            patch(root::root(), &mutant.patch, &["--dry-run"])
                .unwrap_or_else(|error| panic!("{}: {error:#}", mutant.name));
        }
    }
}
