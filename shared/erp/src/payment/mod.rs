//! Payments of customers and to them.

mod exchange;
pub mod put;
pub mod read;
