//! The company as a whole.

pub mod read;
