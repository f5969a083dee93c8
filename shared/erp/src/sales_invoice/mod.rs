//! Invoices.

pub mod put;
