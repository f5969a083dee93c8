//! As much of AWS as tillbridge calls, in this process and over HTTP: the table, the queues and the secrets.
//!
//! For tests of what speaks to AWS; `cargo test` needs no cloud. It judges requests as AWS documents them (conditions,
//! transactions, limits, names) and must not know tillbridge, so that a mistake of ours cannot repeat itself here. Whole
//! deployments are tested against the local cloud (`tests/e2e`).

mod cloud;
mod door;
mod dynamo;
pub mod log;
mod queues;
mod refusal;
mod secrets;

pub use cloud::{Asked, Cloud};
pub use queues::{Hidden, Sent};
