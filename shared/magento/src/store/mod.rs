//! Stores.

pub mod read;
