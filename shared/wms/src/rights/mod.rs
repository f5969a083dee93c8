//! What the token may do.

pub mod read;
