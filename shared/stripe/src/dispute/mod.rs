//! What flows do with disputes.

pub mod read;
mod wire;

pub(crate) use wire::Wire;
