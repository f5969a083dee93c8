//! The generic warehouse: fulfilment requests under natural keys, and its signed webhooks.
//!
//! A typed client, one file for each action, and [`webhook`], which verifies what the warehouse sends. It must not know
//! Stripe, Magento, the ERP, AWS or the flow documents.

mod client;
mod connector;
mod error;
pub mod fulfilment;
pub mod rights;
pub mod webhook;

pub use client::{Client, Settings};
pub use connector::{connector, specs};
pub use error::Error;
