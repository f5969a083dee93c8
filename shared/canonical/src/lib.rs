//! `canonical`
