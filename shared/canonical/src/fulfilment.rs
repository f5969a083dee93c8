//! What a warehouse is asked to send.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Address, IncrementId, NaturalKey, Quantity, Sku};

/// A fulfilment request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fulfilment {
    /// What makes it one and the same.
    pub key: NaturalKey,
    /// The shop's order number, as on the parcel's slip.
    pub order_number: IncrementId,
    /// Where it goes.
    pub ship_to: Address,
    /// What is in it; physical goods only.
    pub lines: Vec<FulfilmentLine>,
    /// The warehouse's name of the shipping service.
    pub service: String,
    /// Whether to wait for a word from us before picking.
    pub hold: bool,
    /// What the packer should read.
    pub notes: String,
}

/// A row of a fulfilment request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FulfilmentLine {
    /// The shop's id of the row.
    pub line_id: String,
    /// What to pick.
    pub sku: Sku,
    /// How many.
    pub quantity: Quantity,
}
