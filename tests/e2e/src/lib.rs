//! What the end-to-end tests share: the stack that `cargo xtask up` has deployed, as its senders, its systems and its operators
//! see it. It signs, sends and looks by itself and uses none of our crates, so that it cannot agree with a mistake of theirs.

mod cloud;
mod command;
mod execution;
mod footprint;
mod held;
mod order;
mod process;
mod proxy;
mod queues;
mod sandbox;
mod signature;
mod stack;
mod table;
mod turn;
mod wait;
mod webhook;

pub use cloud::{ApiCall, Cloud};
pub use command::Said;
pub use execution::{END, Execution, FLOW};
pub use footprint::Footprint;
pub use held::Held;
pub use order::Order;
pub use proxy::{Met, Proxy};
pub use queues::{Letter, Queues};
pub use sandbox::Sandbox;
pub use signature::{now_s, standard_webhook, stripe, stripe_header};
pub use stack::{Secrets, Stack, State};
pub use table::{Item, Table};
pub use turn::Turn;
pub use wait::{WAIT, wait_until};
pub use webhook::{Answer, Webhooks};
