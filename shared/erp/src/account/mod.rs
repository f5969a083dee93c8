//! The chart of accounts.

pub mod list;
