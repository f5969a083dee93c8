//! Orders.

pub mod comment;
mod invoice;
mod lines;
mod map;
pub mod mark_paid;
mod progress;
pub mod read;
mod search;
mod wire;
