//! What an execution is parked for has a row in `infra/RUNBOOK.md` that says what to do, and no row is about a reason that nothing
//! gives any more.

use std::collections::BTreeSet;

use anyhow::{Context, Result};

use crate::command::{command, output};
use crate::root;

/// The head of the table.
const TABLE: &str = "\n| reason | what to do |\n";
/// What a reason stands behind in the sources of crates, where it is written out.
const MARKS: [&str; 8] = [
    "Fault::new(Class::Validation,",
    "Fault::new(Class::Auth,",
    "Fault::new(Class::NotFound,",
    "Fault::new(Class::Transient,",
    "Failure::new(",
    "Verdict::Park(",
    "parked(",
    "code:",
];
/// Where a method begins that names its error's reason.
const CODE: &str = "fn code(&self)";
/// Where reasons are no execution's: webhooks are refused before there is one.
const ELSEWHERE: [&str; 2] = ["/webhook.rs", "/event/mod.rs"];

/// Compares the sources and the flows with the runbook.
pub(crate) fn check() -> Result<Vec<String>> {
    let runbook = std::fs::read_to_string(root::path("infra/RUNBOOK.md")).context("infra/RUNBOOK.md")?;
    let files = output("git", command("git").args(["ls-files", "-co", "--exclude-standard", "shared"]))?;
    let mut given = BTreeSet::new();
    let mut sources = String::new();
    let is_flow = |file: &str| file.starts_with("shared/flows/") && file.ends_with("/flow.yaml");
    let shipped = files.lines().filter(|file| !file.contains("/tests/"));
    for file in shipped.filter(|file| file.contains("/src/") || is_flow(file)) {
        let Ok(text) = std::fs::read_to_string(root::path(file)) else { continue };
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        if file.ends_with(".yaml") {
            given.extend(of_flow(text));
        } else if !ELSEWHERE.iter().any(|other| file.ends_with(other)) {
            given.extend(of_source(text));
        }
        sources.push_str(text);
    }
    Ok(compare(&given, &sources, &runbook))
}

/// What is missing on either side.
fn compare(given: &BTreeSet<String>, sources: &str, runbook: &str) -> Vec<String> {
    let said = said(runbook);
    let missing = given.difference(&said);
    let missing = missing.map(|reason| format!("infra/RUNBOOK.md: no row says what to do about `{reason}`"));
    let is_given = |reason: &str| given.contains(reason) || sources.contains(&format!("\"{reason}\""));
    let stale = said.iter().filter(|reason| !is_given(reason));
    missing
        .chain(stale.map(|reason| format!("infra/RUNBOOK.md: nothing gives the reason `{reason}`")))
        .collect()
}

/// The reasons of the table: what stands in backticks in its first column.
fn said(runbook: &str) -> BTreeSet<String> {
    let table = runbook.split_once(TABLE).map_or("", |(_, rest)| rest);
    let rows = table.lines().skip(1).take_while(|line| line.starts_with('|'));
    let first = rows.filter_map(|row| row.split('|').nth(1));
    first.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

fn of_flow(yaml: &str) -> Vec<String> {
    let parks = yaml.split("park: ").skip(1).filter_map(|rest| rest.split([' ', '\n', '}']).next());
    parks.filter(|word| is_reason(word)).map(str::to_owned).collect()
}

fn of_source(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    // Calls stand on one line or on several.
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(");
    for mark in MARKS {
        found.extend(joined.split(mark).skip(1).filter_map(|rest| literal(rest.trim_start())));
    }
    for body in text.split(CODE).skip(1) {
        let body = body.split("\n    }").next().unwrap_or_default();
        found.extend(body.split("=> ").skip(1).filter_map(literal));
    }
    found.into_iter().filter(|word| is_reason(word)).map(str::to_owned).collect()
}

/// The text that begins here, if one does.
fn literal(rest: &str) -> Option<&str> {
    rest.strip_prefix('"')?.split('"').next()
}

fn is_reason(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUNBOOK: &str = "# Runbook\n\n| reason | what to do |\n|---|---|\n| `lost`, `stuck` | look for it in `magento` |\n\nmore `words`\n";

    #[test]
    fn reasons_are_found_where_they_are_given() {
        let source = "Fault::new(\n Class::Validation, \"first\", x) code: \"second\", Failure::new(\"third\", y)\n\
                      fn code(&self) -> &str {\n  match self {\n Self::A => \"fourth\",\n Self::B => other(),\n }\n    }\n => \"no\"";
        assert_eq!(of_source(source), ["first", "third", "second", "fourth"]);
        assert_eq!(
            of_flow("otherwise: { park: fifth }\n  park: sixth\n  park: \"{% $x %}\"\n"),
            ["fifth", "sixth"]
        );
    }

    #[test]
    fn a_reason_without_a_row_and_a_row_without_a_reason_break_the_rule() {
        let given = |reasons: &[&str]| reasons.iter().map(|reason| (*reason).to_owned()).collect();
        assert_eq!(compare(&given(&["lost", "stuck"]), "", RUNBOOK), Vec::<String>::new());
        assert_eq!(compare(&given(&["lost"]), "(\"stuck\", 1)", RUNBOOK), Vec::<String>::new());
        let broken = compare(&given(&["lost", "gone"]), "", RUNBOOK).join("\n");
        assert!(broken.contains("about `gone`") && broken.contains("reason `stuck`"), "{broken}");
    }
}
