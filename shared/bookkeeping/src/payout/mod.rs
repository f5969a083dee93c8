//! Payouts: what they move is posted at once, and their movements are posted, proved and matched once Stripe has listed them.

pub mod post;
mod progress;
pub mod reconcile;
mod reported;
pub mod review;

pub use reported::{Reported, report, reports};
