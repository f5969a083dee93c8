//! `flows`
