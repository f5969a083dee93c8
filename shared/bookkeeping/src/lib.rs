//! Keeps the books of a Stripe account: posts what moved its balance, each movement once, and proves each payout to the cent.
//!
//! What is posted and what must add up is said in the `books` crate, without a call; here it meets the balance, the shop, the ERP and
//! the table. Each action works page by page and goes on where it stopped. It must not know the flow documents, AWS or the WMS.

mod client;
mod connector;
pub mod day;
pub mod dispute;
mod entries;
mod error;
mod in_erp;
mod journal;
pub mod payout;
pub mod report;
mod row;
mod shop;

pub use client::{Client, ledger, missing_accounts};
pub use connector::{SYSTEM, connector, specs};
pub use error::Error;
pub use journal::journals;
