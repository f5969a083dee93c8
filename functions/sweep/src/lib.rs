//! Finds what no webhook brought, and what stands still: on a schedule, over all pairs of a stage.
//!
//! It enqueues what the routing table says (`flow::route`) and moves executions on by `flow::operate`. It must not know what a flow
//! does, write to an outside system, or decide what becomes of an event: an event that it brings and one that a webhook brings are
//! one execution.

mod ask;
mod bring;
mod config;
mod cursor;
mod days;
mod events;
mod heal;
mod letters;
mod orders;
mod report;
mod sweep;

pub use config::{Config, ConfigError};
pub use report::{Problem, Report};
pub use sweep::{StartError, Sweep};
