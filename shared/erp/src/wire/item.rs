//! `PUT /items/{sku}`.

use canonical::redact::mask_cards;
use canonical::{AccountCode, SalesOrderLine};
use serde::Serialize;

/// The shop counts in pieces, whatever a piece is.
const UNIT: &str = "pcs";

/// An item, as an order's line tells of it.
#[derive(Debug, Serialize)]
pub(crate) struct Item<'a> {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) uom: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) income_account: Option<&'a AccountCode>,
}

impl<'a> Item<'a> {
    /// The item of a line.
    pub(crate) fn of(line: &'a SalesOrderLine, income_account: Option<&'a AccountCode>) -> Self {
        Self {
            name: mask_cards(&line.name),
            kind: if line.stock { "stock" } else { "service" },
            uom: UNIT,
            income_account,
        }
    }
}
