//! Attempts to pay that failed.

mod advice;
pub mod close;
mod intent;
pub mod read;
pub mod retry_saved;
mod saved;

pub use advice::Advice;
pub use saved::Method;
