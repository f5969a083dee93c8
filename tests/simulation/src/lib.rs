//! The whole product in one process and in virtual time: the real ingest, the real consumer, the real sweep and their connectors, against
//! the real doubles of `tests/sandbox`, with everything between them that can go wrong.
//!
//! A history is a function of its seed: orders are placed and paid, webhooks come twice, late, out of order or never, processes stop or
//! sleep at any await, the table, the queues and the systems refuse, delay and lose answers, people act in the shop, and then all
//! of that ends. While it runs nothing may happen twice (safety); after that everything must have happened (liveness). A seed that
//! breaks a rule is printed with the one command that plays it again.
//!
//! It must not know how the engine works inside: what it asks is in the systems' books, the queues and the table's public rows.

mod chance;
mod clock;
mod dashboard;
mod drain;
mod fate;
mod faults;
mod invariants;
mod journal;
mod month;
mod network;
mod order;
mod payout;
mod people;
mod process;
mod queue;
mod received;
mod refunded;
mod rows;
mod run;
mod sender;
mod setup;
mod store;
mod sweeper;
mod switch;
mod vault;
mod watch;
mod world;

pub use month::{Ended, Wanted, run as month};
pub use run::{Ran, Violation, run};
