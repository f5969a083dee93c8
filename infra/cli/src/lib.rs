//! What operators see: executions and their stories, what is missing before an event comes, and test events.
//!
//! The library behind the `tillbridge` command: one command a file. It reads the table through `flow`'s own functions
//! and must not write it, nor print a secret, a name, a mail address or a card number.

mod check;
mod context;
mod executions;
mod send;
mod show;
mod stop;
mod trace;

pub use check::Check;
pub use context::{Common, Context, Ended};
pub use executions::Executions;
pub use send::Send;
pub use stop::Stop;
pub use trace::Trace;
