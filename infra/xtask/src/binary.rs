//! What a function's binary asks of the machine: its architecture, its size and the newest glibc symbols it needs.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, Result, bail};

/// The glibc of Lambda's `provided.al2023`, 2.x. Source: Amazon Linux 2023 user guide, "Comparing AL2 and AL2023".
const GLIBC_MINOR_MAX: u32 = 34;
/// A function's binary, in bytes.
const SIZE_BYTES_MAX: u64 = 20_000_000;

/// What Lambda runs functions on, by the names of template.yaml.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Architecture {
    X86_64,
    Arm64,
}

impl Architecture {
    /// This machine's, where Lambda has it.
    pub(crate) fn host() -> Option<Self> {
        match std::env::consts::ARCH {
            "x86_64" => Some(Self::X86_64),
            "aarch64" => Some(Self::Arm64),
            _ => None,
        }
    }

    /// What the head of an ELF file says, at `e_machine` (<https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html>).
    fn of(elf: &[u8]) -> Option<Self> {
        match (elf.get(..4)?, elf.get(18..20)?) {
            (b"\x7fELF", [0x3E, 0]) => Some(Self::X86_64),
            (b"\x7fELF", [0xB7, 0]) => Some(Self::Arm64),
            _ => None,
        }
    }
}

impl FromStr for Architecture {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "x86_64" => Ok(Self::X86_64),
            "arm64" => Ok(Self::Arm64),
            _ => bail!("`{name}` is no architecture of Lambda; there are arm64 and x86_64"),
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        })
    }
}

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Report {
    size_bytes: u64,
    glibc_minor: Option<u32>,
    architecture: Option<Architecture>,
}

/// Reads a binary.
pub(crate) fn inspect(binary: &Path) -> Result<Report> {
    let bytes = std::fs::read(binary)
        .with_context(|| format!("cannot read {}; `cargo xtask build` makes it", binary.display()))?;
    let (glibc_minor, architecture) = (glibc_minor(&bytes), Architecture::of(&bytes));
    Ok(Report { size_bytes: u64::try_from(bytes.len())?, glibc_minor, architecture })
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
    /// Why it would not do as a function there.
    pub(crate) fn faults(&self, wanted: Architecture) -> Vec<String> {
        let mut faults = Vec::new();
        if self.architecture != Some(wanted) {
            let built = self.architecture.map_or_else(|| "something else".to_owned(), |own| own.to_string());
            faults.push(format!("built for {built}, but it is to run on {wanted}"));
        }
        if self.size_bytes > SIZE_BYTES_MAX {
            faults.push(format!("{} bytes, {SIZE_BYTES_MAX} are allowed", self.size_bytes));
        }
        match self.glibc_minor {
            Some(minor) if minor > GLIBC_MINOR_MAX => {
                faults.push(format!(
                    "needs glibc 2.{minor}, al2023 has 2.{GLIBC_MINOR_MAX}; build on an older Linux, or with cargo-lambda (`--arm64`)"
                ));
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
        let architecture = Some(Architecture::Arm64);
        let report = |size_bytes, glibc_minor| {
            Report { size_bytes, glibc_minor, architecture }.faults(Architecture::Arm64).len()
        };
        assert_eq!(report(1, Some(34)), 0);
        assert_eq!(report(1, Some(35)), 1);
        assert_eq!(report(1, None), 1);
        assert_eq!(report(SIZE_BYTES_MAX + 1, Some(36)), 2);
    }

    #[test]
    fn what_was_built_for_another_machine_is_a_fault() {
        let elf = |machine: u8| [&b"\x7fELF"[..], &[0; 14], &[machine, 0]].concat();
        assert_eq!(Architecture::of(&elf(0x3E)), Some(Architecture::X86_64));
        assert_eq!(Architecture::of(&elf(0xB7)), Some(Architecture::Arm64));
        for other in [&elf(0x28)[..], b"\x7fELF", b"#!/bin/sh\nexec true\n"] {
            assert_eq!(Architecture::of(other), None);
        }
        let report = |architecture| Report { size_bytes: 1, glibc_minor: Some(34), architecture };
        let faults = report(Some(Architecture::X86_64)).faults(Architecture::Arm64);
        assert_eq!(faults, ["built for x86_64, but it is to run on arm64"]);
        assert_eq!(report(None).faults(Architecture::Arm64).len(), 1);
        assert_eq!(report(Some(Architecture::X86_64)).faults(Architecture::X86_64), Vec::<String>::new());
    }
}
