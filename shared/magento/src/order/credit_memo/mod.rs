//! Credit memos: what of an order goes back.

mod creditable;
mod ledger;
mod map;
mod memo;
pub mod put;
mod refuse;
mod request;
mod shape;
