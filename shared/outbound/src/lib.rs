//! `outbound`
