//! Stripe: webhook verification, events, and the calls that flows make of it.
//!
//! A typed client and one file for each action; every answer becomes a canonical model, every refusal a class. It
//! must not know Magento, the ERP, the WMS, AWS, the flow documents or the pair's other settings.

pub mod event;
pub mod webhook;

pub use event::Envelope;
