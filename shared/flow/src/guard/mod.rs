//! What protects the systems outside, and an order, from us: breakers, throttles, locks and stops. All stand in the table, so that
//! every process of every flow sees the same.

pub mod breaker;
mod key;
pub mod lock;
pub mod stop;
pub mod throttle;

pub use breaker::Breaker;
pub use key::{breaker_key, lock_key, stop_key};
pub use lock::Lock;
pub use stop::Stoppable;
pub use throttle::Throttle;
