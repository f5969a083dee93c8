//! What the integration may do.

pub mod read;
