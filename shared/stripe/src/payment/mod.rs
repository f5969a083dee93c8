//! What flows do with payments.

pub mod list;
pub mod read;
pub mod search;
pub mod tag;
