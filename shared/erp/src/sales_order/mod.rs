//! Sales orders.

pub mod put;
