//! No file of `../shared` is committed: it belongs to others and is read where it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::command::{command, output};
use crate::root;

/// Files shorter than this may be equal by chance, in bytes.
const CHANCE_BYTES_MAX: u64 = 64;

/// Compares by git's own hash of the content.
pub(crate) fn check() -> Result<Vec<String>> {
    let shared = root::path("../shared");
    if !shared.is_dir() {
        eprintln!("  – tidy: copies of ../shared: skipped, there is no ../shared");
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    collect(&shared, &mut files)?;
    let hashes = output("git", command("git").args(["hash-object", "--no-filters", "--"]).args(&files))?;
    let theirs: BTreeMap<&str, &PathBuf> = hashes.lines().zip(&files).collect();
    let listing = output("git", command("git").args(["ls-files", "--stage"]))?;
    Ok(listing
        .lines()
        .filter_map(|line| {
            // `<mode> <hash> <stage>\t<file>`
            let (meta, file) = line.split_once('\t')?;
            let original = theirs.get(meta.split(' ').nth(1)?)?;
            Some(format!("{file}: is {}; read it there", original.display()))
        })
        .collect())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            collect(&entry.path(), files)?;
        } else if kind.is_file() && entry.metadata()?.len() > CHANCE_BYTES_MAX {
            files.push(entry.path());
        }
    }
    Ok(())
}
