//! What the end-to-end tests share: the stack that `cargo xtask up` has deployed, as its senders, its systems and its operators
//! see it. It signs, sends and looks by itself and uses none of our crates, so that it cannot agree with a mistake of theirs.

mod inspect;
mod sandbox;
mod signature;
mod stack;
mod wait;
mod webhook;

pub use inspect::{Item, Letter, Queues, Table};
pub use sandbox::Sandbox;
pub use signature::{standard_webhook, stripe, stripe_header};
pub use stack::{Secrets, Stack, State};
pub use wait::{WAIT, wait_until};
pub use webhook::{Answer, Webhooks};
