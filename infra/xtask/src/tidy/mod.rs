//! `cargo xtask tidy`: the rules of the repository (STYLE §8) as checks. Each rule is a function that returns what breaks it.

mod arrows;
mod copies;
mod logs;
mod promises;
mod reasons;
mod sources;
mod template;

use anyhow::{Result, bail};

/// What breaks a rule.
type Rule = fn() -> Result<Vec<String>>;

/// Runs every rule and shows all that is broken at once.
pub(crate) fn run() -> Result<()> {
    let rules: [(&str, Rule); 7] = [
        ("sources", sources::check),
        ("arrows between crates", arrows::check),
        ("log fields", logs::check),
        ("template", template::check),
        ("copies of ../shared", copies::check),
        ("tests that are promised", promises::check),
        ("reasons in the runbook", reasons::check),
    ];
    let mut broken = Vec::new();
    for (name, check) in rules {
        let found = check()?;
        if found.is_empty() {
            eprintln!("  ✓ tidy: {name}");
        }
        broken.extend(found);
    }
    if broken.is_empty() { Ok(()) } else { bail!("tidy:\n{}", broken.join("\n")) }
}
