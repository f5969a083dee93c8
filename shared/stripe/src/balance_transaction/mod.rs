//! What flows do with movements of the balance.

pub mod list;
mod wire;

pub(crate) use wire::Row;
