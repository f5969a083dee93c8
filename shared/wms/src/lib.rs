//! `wms`
