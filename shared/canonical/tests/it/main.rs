//! Canonical's behaviour through its public surface.

mod allocate;
mod money;
mod order;
mod schema;
