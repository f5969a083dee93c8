//! A payout and the movements that make it: whether all are there, and what each is matched with.

mod documents;
mod matching;
mod reconciliation;

pub use documents::{Documents, ErpDocument, ShopDocument, ShopKind};
pub use matching::{Item, Outcome, Side, matched};
pub use reconciliation::{CategoryTotal, Mismatch, Reconciliation, explain};
