//! `flow`
