//! Invoices.

pub mod put;
pub mod read;
