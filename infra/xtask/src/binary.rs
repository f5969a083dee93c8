//! What a function's binary asks of the machine: its size and the newest glibc symbols it needs.

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result};

/// The glibc of Lambda's `provided.al2023`, 2.x. Source: Amazon Linux 2023 user guide, "Comparing AL2 and AL2023".
const GLIBC_MINOR_MAX: u32 = 34;
/// A function's binary, in bytes.
const SIZE_BYTES_MAX: u64 = 20_000_000;

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Report {
    size_bytes: u64,
    glibc_minor: Option<u32>,
}

/// Reads a binary.
pub(crate) fn inspect(binary: &Path) -> Result<Report> {
    let bytes = std::fs::read(binary)
        .with_context(|| format!("cannot read {}; `cargo xtask build` makes it", binary.display()))?;
    Ok(Report { size_bytes: u64::try_from(bytes.len())?, glibc_minor: glibc_minor(&bytes) })
}

/// The newest `GLIBC_2.x` among the version names of an ELF file: they stand in it as text, ended by a zero.
fn glibc_minor(bytes: &[u8]) -> Option<u32> {
    const PREFIX: &[u8] = b"GLIBC_2.";
    bytes
        .windows(PREFIX.len())
        .enumerate()
        .filter(|(_, window)| *window == PREFIX)
        .filter_map(|(at, _)| {
            let rest = &bytes[at + PREFIX.len()..];
            let digits: Vec<u8> = rest.iter().copied().take_while(u8::is_ascii_digit).take(4).collect();
            std::str::from_utf8(&digits).ok()?.parse().ok()
        })
        .max()
}

impl Report {
    /// Why it would not do as a function.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.size_bytes > SIZE_BYTES_MAX {
            faults.push(format!("{} bytes, {SIZE_BYTES_MAX} are allowed", self.size_bytes));
        }
        match self.glibc_minor {
            Some(minor) if minor > GLIBC_MINOR_MAX => {
                faults.push(format!("needs glibc 2.{minor}, al2023 has 2.{GLIBC_MINOR_MAX}"));
            }
            Some(_) => {}
            None => faults.push("names no glibc version; is it a Linux binary?".to_owned()),
        }
        faults
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} KB of {}", self.size_bytes / 1000, SIZE_BYTES_MAX / 1000)?;
        match self.glibc_minor {
            Some(minor) => write!(f, ", glibc 2.{minor} of 2.{GLIBC_MINOR_MAX}"),
            None => f.write_str(", no glibc"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_counts() {
        assert_eq!(glibc_minor(b"x\0GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.9\0"), Some(34));
        assert_eq!(glibc_minor(b"nothing"), None);
    }

    #[test]
    fn too_new_too_large_or_foreign_is_a_fault() {
        let report = |size_bytes, glibc_minor| Report { size_bytes, glibc_minor }.faults().len();
        assert_eq!(report(1, Some(34)), 0);
        assert_eq!(report(1, Some(35)), 1);
        assert_eq!(report(1, None), 1);
        assert_eq!(report(SIZE_BYTES_MAX + 1, Some(36)), 2);
    }
}
