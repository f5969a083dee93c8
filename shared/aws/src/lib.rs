//! `aws`
