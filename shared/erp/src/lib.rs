//! `erp`
