//! What the key may do.

pub mod read;
