//! What accounts hold.

pub mod read;
