//! Fields of log lines have one name each: those in the table of `infra/RUNBOOK.md`, "Reading the logs". A field that is not
//! there is one that no operator's query finds.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use crate::command::{command, output};
use crate::root;

/// Where functions log: their own code and what they are made of.
const PLACES: [&str; 2] = ["functions", "shared"];
/// The heading over the table.
const HEADING: &str = "## Reading the logs";
/// What makes a log line.
const LEVELS: [&str; 6] = ["trace", "debug", "info", "warn", "error", "$level"];

/// Compares the table with the sources.
pub(crate) fn check() -> Result<Vec<String>> {
    let runbook = std::fs::read_to_string(root::path("infra/RUNBOOK.md")).context("infra/RUNBOOK.md")?;
    let files =
        output("git", command("git").args(["ls-files", "-co", "--exclude-standard", "--"]).args(PLACES))?;
    let mut used = BTreeMap::new();
    for file in files.lines().filter(|file| file.ends_with(".rs") && file.contains("/src/")) {
        // A file that git knows may be deleted in the work tree.
        let text = std::fs::read_to_string(root::path(file)).unwrap_or_default();
        for field in fields(&text) {
            used.entry(field).or_insert_with(|| file.to_owned());
        }
    }
    Ok(broken(&listed(&runbook), &used))
}

fn broken(listed: &BTreeSet<String>, used: &BTreeMap<String, String>) -> Vec<String> {
    let unlisted = used.iter().filter(|(field, _)| !listed.contains(*field));
    let unused = listed.iter().filter(|field| !used.contains_key(*field));
    let unlisted = unlisted.map(|(field, file)| {
        format!("{file}: the log field `{field}` is not in infra/RUNBOOK.md, \"Reading the logs\"; use one that is")
    });
    let unused = unused.map(|field| format!("infra/RUNBOOK.md: no log line has the field `{field}`"));
    unlisted.chain(unused).collect()
}

/// The first column of the table: "| `event.id` | …".
fn listed(runbook: &str) -> BTreeSet<String> {
    let section = runbook.split_once(HEADING).map_or("", |(_, rest)| rest);
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split('`').next()).map(str::to_owned).collect()
}

/// The fields of every log line of a source.
fn fields(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let spans = source.split("instrument(").skip(1).filter_map(|rest| rest.split_once("fields("));
    for (_, arguments) in spans {
        found.extend(arguments_of(arguments).iter().filter_map(|argument| name(argument)));
    }
    for rest in source.split("tracing::").skip(1) {
        let Some((level, arguments)) = rest.split_once("!(") else { continue };
        if LEVELS.contains(&level) {
            found.extend(arguments_of(arguments).iter().filter_map(|argument| name(argument)));
        }
    }
    found
}

/// The arguments of a call, up to its closing bracket.
fn arguments_of(text: &str) -> Vec<String> {
    let mut arguments = vec![String::new()];
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    for c in text.chars() {
        match c {
            '"' if !escaped => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted && depth == 0 => break,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                arguments.push(String::new());
                continue;
            }
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        if let Some(argument) = arguments.last_mut() {
            argument.push(c);
        }
    }
    // What follows the text of the line are the text's own arguments.
    let fields = arguments.into_iter().map(|argument| argument.trim().to_owned());
    fields.take_while(|argument| !argument.starts_with('"')).collect()
}

/// A field's name: `name = value`, or a variable that is the field itself (`%name`, `?name`, `name`).
fn name(argument: &str) -> Option<String> {
    let name = argument.split_once(" = ").map_or(argument, |(name, _)| name).trim_start_matches(['%', '?']);
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_breaks_no_rule() {
        assert_eq!(check().expect("the repository"), Vec::<String>::new());
    }

    #[test]
    fn fields_are_found_in_every_form() {
        let source = r#"
            tracing::error!(event.id = %event(a, "b, c"), %error, ?cause, plain, "Text {what}, {}", not.a.field);
            tracing::$level!(
                source, duration_ms = f([1, 2], "\"),"),
                "Text"
            );
            tracing::init_default_subscriber();
            #[instrument(skip_all, fields(flow = %x.flow, attempt = x.attempt))]
        "#;
        let found: Vec<String> = fields(source).into_iter().collect();
        let expected = ["attempt", "cause", "duration_ms", "error", "event.id", "flow", "plain", "source"];
        assert_eq!(found, expected);
    }

    #[test]
    fn both_sides_must_have_a_field() {
        let table =
            "## Reading the logs\n\n| `event.id` | which |\n| `flow` | which |\n\n## Next\n| `other` | x |\n";
        let used =
            |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), "f.rs".to_owned())).collect();
        assert_eq!(broken(&listed(table), &used(&["event.id", "flow"])), Vec::<String>::new());
        assert_eq!(broken(&listed(table), &used(&["event.id"])).len(), 1);
        assert_eq!(broken(&listed(table), &used(&["event.id", "flow", "event_id"])).len(), 1);
    }
}
