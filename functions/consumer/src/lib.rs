//! Runs one flow: takes messages of its queue, hands each to the engine, and tells the queue what came of it.
//!
//! The function named by `FLOW`. It must not know what any flow does, nor any vendor: that is in the flow document and
//! in the connectors. Its own error is `Infallible`: each failure belongs to a message.

mod batch;
mod config;
mod consumer;
mod telemetry;

pub use config::{Config, ConfigError};
pub use consumer::{Consumer, StartError};
