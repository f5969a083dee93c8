//! The generic REST ERP: customers, items, sales orders, invoices, credit notes, payments and journals, put under natural keys.
//!
//! A typed client and one file for each action; every answer becomes a canonical model or a small output, every
//! refusal a class. It must not know Stripe, Magento, the WMS, AWS or the flow documents. The contract is this crate's
//! [`wire`] module and the paths in its actions: `PUT /{kind}/{key}` makes one and the same document, `GET
//! /{kind}?key=` finds it, errors are RFC 9457 problems with a `code`.

pub mod account;
pub mod balance;
mod client;
mod connector;
pub mod credit_note;
mod document;
mod error;
pub mod health;
pub mod journal;
pub mod payment;
mod posted;
mod refusal;
pub mod rights;
pub mod sales_invoice;
pub mod sales_order;
mod settings;
mod wire;

pub use client::Client;
pub use connector::{connector, specs};
pub use document::Kept;
pub use error::Error;
pub use settings::Settings;
