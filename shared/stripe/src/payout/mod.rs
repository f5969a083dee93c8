//! What flows do with payouts.

pub mod read;
mod wire;
