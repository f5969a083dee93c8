//! The warehouse as a whole.

pub mod read;
