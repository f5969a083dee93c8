//! The Stripe connector through its public surface.

mod event;
mod fixtures;
mod payment_read;
mod payment_tag;
mod refusal;
mod webhook;
mod world;
