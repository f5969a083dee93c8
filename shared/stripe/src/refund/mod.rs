//! What flows do with refunds.

pub mod list;
mod wire;
