//! The ERP: customers, items, sales orders, invoices, credit notes, payments and journals, put under natural keys.
//!
//! One file for each action over one [`port`], with one folder for each ERP behind it; every answer becomes a canonical model or a
//! small output, every refusal a class. It must not know Stripe, Magento, the WMS, AWS or the flow documents. Documents have
//! the words of the [`wire`] module, which is also the contract of the [`generic`] REST ERP.

pub mod account;
pub mod balance;
mod client;
mod connector;
pub mod credit_note;
mod document;
mod erpnext;
mod error;
mod generic;
pub mod health;
pub mod journal;
pub mod payment;
mod port;
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
