//! What flows do with payouts.

pub mod list;
pub mod read;
mod wire;
