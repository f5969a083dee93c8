//! What flows and checks do with the account.

pub mod read;
