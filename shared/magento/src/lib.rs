//! Magento 2 / Adobe Commerce over REST: a typed client, the actions of flows, and the webhooks of a module.
//!
//! It turns Magento's orders into canonical ones and converges Magento's state on what a flow wants. It must not know
//! another system, nor a flow; a payment reaches it as `canonical::Payment`. What Magento does is from its source
//! (`magento/magento2`, paths named where they are used) and was measured on 2.4.5.

mod amount;
mod client;
mod connector;
mod error;
mod oauth;
pub mod order;
mod query;
mod refusal;
pub mod rights;
pub mod store;
pub mod webhook;

pub use client::{ANSWER_BYTES_MAX, Client, Credentials, Settings};
pub use connector::{connector, specs};
pub use error::Error;
pub use oauth::{Keys, authorization};
pub use query::Query;
