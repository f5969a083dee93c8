//! Fulfilment requests.

pub mod cancel;
pub mod put;
mod wire;
