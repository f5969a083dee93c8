//! The one way we send HTTP: limits on time and size, one origin a client, no redirects, redacted excerpts.
//!
//! Connectors say what to send and read what comes back; this crate knows whether a request may have been
//! carried out when no answer came, and what a status means where a system has no rules of its own. It must not know
//! any vendor, nor read a secret from anywhere: callers hand in headers or tokens.

mod answer;
mod client;
mod error;
mod live;
mod pool;
mod problem;
mod request;
pub mod rest;
mod right;
mod text;
mod transport;

pub use answer::Answer;
pub use client::{Outbound, Settings};
pub use error::Error;
pub use live::{Live, Tried};
pub use pool::Pool;
pub use problem::{Field, Problem};
pub use request::{Effect, Method, Request};
pub use right::{Right, Rights};
pub use transport::{Chunks, Loss, Prepared, Received, Transport};
