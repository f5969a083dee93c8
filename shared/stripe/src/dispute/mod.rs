//! What flows do with disputes.

pub mod list;
pub mod read;
mod wire;

pub(crate) use wire::Wire;
