//! Stripe: webhook verification, events, and the calls that flows make of it.
//!
//! A typed client and one file for each action; every answer becomes a canonical model, every refusal a class. It
//! must not know Magento, the ERP, the WMS, AWS, the flow documents or the pair's other settings.

pub mod account;
pub mod attempt;
pub mod balance;
pub mod balance_transaction;
mod charge;
mod client;
mod connector;
pub mod dispute;
mod error;
pub mod event;
mod form;
mod names;
mod order_reference;
mod page;
pub mod payment;
pub mod payout;
mod reference;
pub mod refund;
mod refusal;
pub mod rights;
pub mod settlement;
mod time;
pub mod webhook;

pub use client::{ANSWER_BYTES_MAX, Client, Settings};
pub use connector::{connector, specs};
pub use error::Error;
pub use event::Envelope;
pub use refusal::{Meaning, Refusal};
