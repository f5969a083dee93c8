//! The Stripe connector through its public surface.

mod event;
mod fixtures;
mod webhook;
