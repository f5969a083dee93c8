//! Sales orders.

mod items;
pub mod put;
pub mod read;
