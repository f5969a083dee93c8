//! What is posted for each movement of the Stripe balance, by ledger day and by payout, and what must add up.
//!
//! Pure functions over canonical models: no I/O, no async, no clock; time, rates and documents are given. It must not know the
//! engine, an ERP, Magento or Stripe's JSON. What leaves is a [`canonical::Journal`], which cannot be had unbalanced.
//!
//! The method is that of a clearing account: `stripe_clearing` mirrors the Stripe balance, gross comes in, fees and payouts go out,
//! and at any day's end both are equal.

pub mod audit;
pub mod chart;
pub mod context;
pub mod day;
mod draft;
pub mod error;
pub mod export;
pub mod keys;
pub mod ledger;
pub mod payout;
pub mod period;
pub mod rates;
pub mod report;
pub mod role;
pub mod rules;

pub use chart::Chart;
pub use context::{Context, DisputeState, Elsewhere, Entry, Held, Receivable};
pub use day::{DayBook, Grouping};
pub use error::Error;
pub use ledger::Ledger;
pub use payout::{Documents, Item, Outcome, Reconciliation};
pub use period::{ClosedPeriod, Periods};
pub use rates::Rates;
pub use report::PayoutReport;
pub use role::{AccountType, FeeAccount, Role};
pub use rules::{Posting, Raised, Reason};
