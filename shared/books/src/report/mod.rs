//! What an accountant files: of a payout, and of a span of ledger days.

pub mod payout;
pub mod span;
mod table;

pub use payout::{ColumnNames, JournalReference, PayoutReport, items_csv};
