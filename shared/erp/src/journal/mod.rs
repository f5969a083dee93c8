//! Journal entries.

pub mod put;
