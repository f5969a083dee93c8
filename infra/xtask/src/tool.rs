//! Cargo tools that the checks use, pinned, in `target/tools`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use crate::command::{cargo, run_quietly};
use crate::root;

/// Limit for building one tool.
const INSTALL_S_MAX: u64 = 1800;

/// A tool and the version that was seen to work.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
}

/// Licences, bans, sources, advisories.
pub(crate) const DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2" };
/// Dependencies that nobody uses.
pub(crate) const MACHETE: Tool = Tool { name: "cargo-machete", version: "0.9.2" };

impl Tool {
    /// Its path, installed first if need be.
    pub(crate) fn install(&self) -> Result<PathBuf> {
        let root = root::path("target/tools");
        let binary = root.join("bin").join(self.name);
        let marker = root.join(format!("{}-{}", self.name, self.version));
        if !(binary.exists() && marker.exists()) {
            run_quietly(
                &format!("installing {} {} (once)", self.name, self.version),
                cargo()
                    // Unoptimised: it takes seconds longer to run and minutes less to build.
                    .args(["install", "--debug", "--locked", "--quiet", "--version", self.version, "--root"])
                    .arg(&root)
                    .arg(self.name)
                    .env("CARGO_TARGET_DIR", root.join("build"))
                    .env("CARGO_PROFILE_DEV_DEBUG", "none"),
                &root.join(format!("{}.log", self.name)),
                Duration::from_secs(INSTALL_S_MAX),
            )?;
            std::fs::write(marker, "")?;
        }
        Ok(binary)
    }
}
