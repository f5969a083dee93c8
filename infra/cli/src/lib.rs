//! What operators see: executions and their stories, what is missing before an event comes, and test events.
//!
//! The library behind the `tillbridge` command: one command a file. It reads and writes the table through `flow`'s own
//! functions, and must not know how a row is made. It prints no secret and no card number; a customer's data only where
//! it is asked for (`show`, `correct`, `replay --dry-run`).

mod acting;
mod breaker;
mod check;
mod context;
mod correct;
mod discard;
mod edit;
mod executions;
mod filter;
mod find;
mod orders;
mod parked;
mod print;
mod replay;
mod report;
mod send;
mod show;
mod stop;
mod trace;

pub use breaker::BreakerWork;
pub use check::Check;
pub use context::{Common, Context, Ended};
pub use correct::Correct;
pub use discard::Discard;
pub use executions::Executions;
pub use parked::ParkedWork;
pub use replay::ReplayWork;
pub use report::ReportWork;
pub use send::Send;
pub use show::Show;
pub use stop::Stop;
pub use trace::Trace;
