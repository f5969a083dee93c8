//! The one way we send HTTP: limits on time and size, one origin a client, no redirects, redacted excerpts.
//!
//! Connectors say what to send and read what comes back; this crate knows whether a request may have been
//! carried out when no answer came. It must not know any vendor, nor a secret (headers pass through unlooked at).

mod answer;
mod client;
mod error;
mod pool;
mod request;

pub use answer::Answer;
pub use client::{Outbound, Settings};
pub use error::Error;
pub use pool::Pool;
pub use request::{Effect, Method, Request};
