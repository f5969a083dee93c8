//! Orders.

mod advance;
pub mod cancel;
pub mod comment;
pub mod credit_memo;
pub mod documents;
mod evidence;
mod invoice;
mod lines;
pub mod list;
mod map;
pub mod mark_paid;
mod marker;
mod parts;
pub mod payment_failed;
mod people;
mod progress;
pub mod read;
mod search;
mod taxes;
mod wire;
