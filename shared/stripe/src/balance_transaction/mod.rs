//! What flows do with movements of the balance.

pub mod list;
pub mod page;
pub mod read;
mod source;
mod wire;

pub use page::{Movement, Movements};
pub use source::{Charge, Moved, Refund};
pub(crate) use wire::Row;
