//! Credit notes.

pub mod put;
pub mod read;
