//! Stock levels of items that are kept.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::Outcome;
use super::document::Document;
use super::state::State;
use crate::ErpSettings;
use crate::problem::Problem;
use crate::reply::Incoming;

/// What is there of one item.
#[derive(Clone, Debug)]
pub(crate) struct Level {
    on_hand: Decimal,
    reserved: Decimal,
    version: u64,
    updated_at: Timestamp,
}

impl Level {
    /// Changes both numbers.
    pub(crate) fn change(&mut self, on_hand: Decimal, reserved: Decimal) {
        self.on_hand += on_hand;
        self.reserved += reserved;
        self.version += 1;
        self.updated_at = crate::clock::now();
    }
}

/// A new stock item has something on hand.
pub(crate) fn begin(state: &mut State, settings: &ErpSettings, item: &Document) {
    if item.content["type"] == "stock" {
        let level = Level {
            on_hand: settings.stock_on_hand,
            reserved: Decimal::ZERO,
            version: 1,
            updated_at: crate::clock::now(),
        };
        state.stock.insert(item.key.clone(), level);
    }
}

/// `GET /stock`.
pub(crate) fn levels(state: &State, incoming: &Incoming) -> Outcome {
    let since = incoming.parameter("updated_since").map(|text| {
        text.parse::<Timestamp>().map_err(|_| Problem::new(400, "malformed", "`updated_since` is RFC 3339"))
    });
    let since = since.transpose()?;
    let sku = incoming.parameter("sku");
    let rows: Vec<Value> = state
        .stock
        .iter()
        .filter(|(known, _)| sku.as_ref().is_none_or(|sku| sku == *known))
        .filter(|(_, level)| since.is_none_or(|since| level.updated_at >= since))
        .map(|(sku, level)| {
            json!({
                "sku": sku,
                "location": "main",
                "on_hand": level.on_hand.normalize().to_string(),
                "reserved": level.reserved.normalize().to_string(),
                "available": (level.on_hand - level.reserved).normalize().to_string(),
                "version": level.version,
            })
        })
        .collect();
    Ok((200, Value::Array(rows)))
}
