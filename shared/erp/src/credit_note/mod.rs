//! Credit notes.

pub mod put;
