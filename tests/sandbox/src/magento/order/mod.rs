//! Orders: their state, their history, and what people and integrations do to them.

pub(super) mod after_discount;
mod comment;
mod create;
mod hold;
mod raw;
mod shown;
pub(super) mod state;

use serde_json::Value;

pub(super) use comment::{comment, comments, record};
pub(super) use create::create;
pub(super) use hold::{cancel, hold, unhold};
pub(super) use raw::save;
pub(super) use shown::shown;

/// Where the goods go; virtual orders have none.
pub(super) fn shipping_address(order: &Value) -> Option<&Value> {
    order.pointer("/extension_attributes/shipping_assignments/0/shipping/address").filter(|at| at.is_object())
}
