//! Takes webhooks: verifies raw bytes, looks the event up in the routing table, puts one message on the queue of every
//! interested flow, and only then answers 2xx.
//!
//! It must not know what a flow does, read the table, or call anyone but the queues (and Secrets Manager, cached):
//! Stripe waits for the answer. [`work()`] is all it does of its own.

mod config;
mod ingest;
mod outcome;
mod report;
mod signing;
mod source;
mod work;

pub use config::{Config, ConfigError};
pub use ingest::Ingest;
pub use outcome::{Accepted, Refusal, Skip};
pub use signing::SigningSecrets;
pub use source::Source;
pub use work::{Endpoint, Incoming, Work, work};
