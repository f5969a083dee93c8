//! `tests/README.md` names the test that shows each thing which went wrong elsewhere not to go wrong here. A name that no test has
//! is a promise that nobody keeps.

use std::collections::BTreeSet;

use anyhow::{Context, Result};

use crate::command::{command, output};
use crate::root;

/// The page.
const PAGE: &str = "tests/README.md";
/// The heading over the table.
const HEADING: &str = "## What went wrong elsewhere";

/// Compares the page with the sources.
pub(crate) fn check() -> Result<Vec<String>> {
    let page = std::fs::read_to_string(root::path(PAGE)).context(PAGE)?;
    let files = output("git", command("git").args(["ls-files", "-co", "--exclude-standard"]))?;
    let mut tests = BTreeSet::new();
    for file in files.lines().filter(|file| file.ends_with(".rs")) {
        // A file that git knows may be deleted in the work tree.
        let text = std::fs::read_to_string(root::path(file)).unwrap_or_default();
        tests.extend(self::tests(&text).map(str::to_owned));
    }
    let mut broken: Vec<String> = named(&page)
        .filter(|name| !tests.contains(*name))
        .map(|name| format!("{PAGE}: there is no test `{name}`"))
        .collect();
    if named(&page).next().is_none() {
        broken.push(format!("{PAGE}: no test is named under \"{HEADING}\""));
    }
    Ok(broken)
}

/// What stands between backquotes in the last column of the table.
fn named(page: &str) -> impl Iterator<Item = &str> {
    let section = page.split_once(HEADING).map_or("", |(_, rest)| rest);
    let rows = section.lines().filter(|line| line.starts_with("| "));
    let last = rows.filter_map(|row| row.trim_end_matches([' ', '|']).rsplit_once(" | "));
    last.flat_map(|(_, tests)| tests.split('`').skip(1).step_by(2))
}

/// The names of a source's tests: functions that an attribute makes one.
fn tests(source: &str) -> impl Iterator<Item = &str> {
    let mut is_marked = false;
    source.lines().filter_map(move |line| {
        let line = line.trim_start();
        if line.starts_with("#[") {
            is_marked |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
            return None;
        }
        let name = line.split_once("fn ").and_then(|(_, rest)| rest.split(['(', '<']).next());
        let test = name.filter(|_| is_marked);
        // Between the attribute and its function there may be words.
        is_marked &= line.starts_with("//");
        test
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tests_of_the_last_column_are_meant() {
        let page = "`no_test`\n## What went wrong elsewhere\n| what | how |\n|---|---|\n| `processing` | `a_test`, `b_test` |\n";
        assert_eq!(named(page).collect::<Vec<_>>(), ["a_test", "b_test"]);
        let source = "#[test]\nfn a_test() {}\nfn no_test() {}\n  #[tokio::test]\n  #[cfg(unix)]\n  // why\n  async fn b_test<T>() {}";
        assert_eq!(super::tests(source).collect::<Vec<_>>(), ["a_test", "b_test"]);
    }
}
