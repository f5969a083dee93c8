//! Orders.

mod advance;
pub mod comment;
mod evidence;
mod invoice;
mod lines;
pub mod list;
mod map;
pub mod mark_paid;
mod parts;
mod people;
mod progress;
pub mod read;
mod search;
mod taxes;
mod wire;
