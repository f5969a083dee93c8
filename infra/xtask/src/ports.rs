//! The two ports of the local stack: whether they are free is looked at before anything is started.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Result, bail};

use crate::daemon::Daemon;
use crate::state::State;

/// The local cloud's. `infra/environments/local.yaml` and samconfig.toml know no other.
pub(crate) const CLOUD: u16 = 4566;
/// The sandbox's. `infra/environments/local.yaml` knows no other.
pub(crate) const SANDBOX: u16 = 4580;

/// That each port is free, or has the process that `up` put there.
pub(crate) fn check(state: &State) -> Result<()> {
    for (port, owner) in [(CLOUD, &state.cloud), (SANDBOX, &state.sandbox)] {
        if !owner.as_ref().is_some_and(Daemon::runs) {
            free(port)?;
        }
    }
    Ok(())
}

fn free(port: u16) -> Result<()> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Err(error) if error.kind() == ErrorKind::AddrInUse => bail!(
            "port {port} is taken by a process that `cargo xtask up` did not start; nothing was started or changed. \
             End it (`ss -ltnp 'sport = :{port}'` or `lsof -i :{port}` shows which it is) and try again: the local \
             stack needs {CLOUD} and {SANDBOX}"
        ),
        // Any other reason is said by the process that is to listen there.
        Ok(_) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = taken.local_addr().expect("its address").port();
        let error = free(port).expect_err("it is taken").to_string();
        assert!(error.starts_with(&format!("port {port} is taken")), "{error}");
        drop(taken);
        free(port).expect("it is free again");
    }
}
