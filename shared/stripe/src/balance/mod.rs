//! What is in the balance.

pub mod read;
