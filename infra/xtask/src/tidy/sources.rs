//! Rules about single files: length, first lines, names, and words that must not be committed.

use std::path::Path;

use anyhow::Result;

use crate::command::{command, output};
use crate::root;

/// Longest Rust file, in lines.
const LINES_MAX: usize = 400;
/// Shortest first sentence of a crate, in words: its name alone says nothing.
const CRATE_DOC_WORDS_MIN: usize = 5;
/// Names that hold everything and say nothing.
const EMPTY_NAMES: [&str; 4] = ["utils", "helpers", "common", "manager"];
/// What no Rust file may hold, written so that this file does not.
const FORBIDDEN: [(&str, &str); 5] = [
    (concat!("#[", "ignore"), "a test that does not run tells nothing"),
    (concat!("#[", "should_panic"), "assert on the error"),
    (concat!("#[", "allow("), "`#[expect(…, reason = \"…\")]` says when it is no longer needed"),
    (concat!("TO", "DO"), "do it, or file an issue"),
    (concat!("FIX", "ME"), "fix it, or file an issue"),
];

/// Checks every file that git knows or would add.
pub(crate) fn check() -> Result<Vec<String>> {
    let files = output("git", command("git").args(["ls-files", "-co", "--exclude-standard"]))?;
    let mut broken = Vec::new();
    for file in files.lines().filter(|file| file.ends_with(".rs")) {
        // A file that git knows may be deleted in the work tree.
        if let Ok(text) = std::fs::read_to_string(root::path(file)) {
            broken.extend(faults(file, &text));
        }
    }
    Ok(broken)
}

fn faults(file: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let lines = text.lines().count();
    if lines > LINES_MAX {
        faults.push(format!("{file}: {lines} lines, {LINES_MAX} are allowed; split it by idea"));
    }
    let first = text.lines().next().unwrap_or_default();
    let in_source = file.contains("/src/");
    if in_source && !first.starts_with("//! ") {
        faults.push(format!("{file}:1: starts without `//! ` and what it is for"));
    } else if file.ends_with("/src/lib.rs") && first.split_whitespace().count() <= CRATE_DOC_WORDS_MIN {
        faults.push(format!("{file}:1: `{first}` does not say what the crate is for and must not know"));
    }
    for part in &Path::new(file).with_extension("") {
        if EMPTY_NAMES.iter().any(|name| part.to_str() == Some(name)) {
            faults.push(format!("{file}: `{}` names nothing; name the idea", part.display()));
        }
    }
    for (at, line) in text.lines().enumerate() {
        for (word, reason) in FORBIDDEN {
            if line.contains(word) {
                faults.push(format!("{file}:{}: `{word}`: {reason}", at + 1));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_is_enforced() {
        let doc = "//! Money and ids, and nothing that does I/O.\n";
        let long = format!("{doc}{}", "\n".repeat(LINES_MAX));
        for (file, text, count) in [
            ("shared/a/src/lib.rs", doc, 0),
            ("shared/a/src/lib.rs", "//! a\n", 1),
            ("shared/a/src/lib.rs", "pub mod b;\n", 1),
            ("shared/a/src/b.rs", &long, 1),
            ("shared/a/src/utils.rs", doc, 1),
            ("shared/a/src/helpers/b.rs", doc, 1),
            ("shared/a/tests/it/main.rs", "mod b;\n", 0),
            ("shared/a/tests/it/b.rs", concat!("#[", "ignore]\n"), 1),
            ("shared/a/src/b.rs", concat!("//! b\n// TO", "DO\n"), 1),
        ] {
            assert_eq!(faults(file, text).len(), count, "{file}: {text:.40}");
        }
    }
}
