//! The shipped flows, run by the engine over scripted systems.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says where"
)]

mod golden;
mod order_to_cash;
mod shipped;
mod systems;
