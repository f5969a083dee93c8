//! `magento`
