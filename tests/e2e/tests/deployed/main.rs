//! The deployed stack under test. `cargo xtask up`, then `cargo xtask e2e`; `cargo xtask test` does both.

// All of it is tests, helpers too: clippy.toml lets tests unwrap.
#![cfg(test)]

mod calls;
mod canary;
mod conformance;
mod fixtures;
mod kill;
mod orders;
mod outage;
mod parked;
mod payouts;
mod refunds;
mod refused;
mod repeated;
mod setup;
mod sweep;
mod trace;
