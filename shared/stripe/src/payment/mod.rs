//! What flows do with payments.

pub mod read;
pub mod tag;
