//! Known faults of the crates that we take: RustSec's advisories, by `cargo deny`. One tool: `cargo audit` reads the same database
//! (<https://github.com/RustSec/advisory-db>) and knows no more; `deny.toml` holds what is ignored, and why.

use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::command::{self, command};

/// Where the database is.
const HOST: (&str, u16) = ("github.com", 443);
/// Limit for a connection to it.
const CONNECT_S_MAX: u64 = 5;
/// Limit for fetching it.
const FETCH_S_MAX: u64 = 60;
/// Limit for the comparison.
const CHECK_S_MAX: u64 = 300;

/// Whether there is a database to compare with.
#[derive(Debug, PartialEq, Eq)]
enum Database {
    Fetched,
    OutOfReach,
    /// It is there, and could not be fetched: that is no reason to pass.
    Broken,
}

/// Fails on every advisory that `deny.toml` does not ignore. Is passed over, and says so, only where the database cannot be reached.
pub(crate) fn check(deny: &Path) -> Result<()> {
    let mut fetch = command(deny);
    fetch.args(["fetch", "db"]).stdout(Stdio::null()).stderr(Stdio::null());
    let fetched = command::run("cargo deny fetch", &mut fetch, Duration::from_secs(FETCH_S_MAX)).is_ok();
    match database(fetched, is_reachable) {
        Database::Fetched => {
            let mut check = command(deny);
            check.args(["check", "--hide-inclusion-graph", "advisories"]);
            command::run("cargo deny advisories", &mut check, Duration::from_secs(CHECK_S_MAX))
        }
        Database::OutOfReach => {
            println!("  – advisories: not checked, {} cannot be reached from here", HOST.0);
            Ok(())
        }
        Database::Broken => {
            bail!("advisories: {} answers, and `cargo deny fetch db` fails all the same", HOST.0)
        }
    }
}

fn database(fetched: bool, is_reachable: impl FnOnce() -> bool) -> Database {
    match fetched {
        true => Database::Fetched,
        false if is_reachable() => Database::Broken,
        false => Database::OutOfReach,
    }
}

fn is_reachable() -> bool {
    let addresses = HOST.to_socket_addrs().into_iter().flatten();
    let limit = Duration::from_secs(CONNECT_S_MAX);
    addresses.take(2).any(|address| TcpStream::connect_timeout(&address, limit).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_database_out_of_reach_is_passed_over() {
        assert_eq!(database(true, || false), Database::Fetched);
        assert_eq!(database(false, || true), Database::Broken);
        assert_eq!(database(false, || false), Database::OutOfReach);
    }
}
