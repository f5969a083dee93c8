//! Sales orders.

mod items;
pub mod put;
