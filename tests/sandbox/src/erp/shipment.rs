//! Shipments: never more than was ordered.

use std::collections::HashMap;

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::document::{Document, Kind};
use super::order;
use super::state::State;
use super::wire;
use crate::problem::Problem;

/// Checks a shipment.
pub(crate) fn check(state: &State, content: &Value) -> Result<Map<String, Value>, Problem> {
    let key = wire::text(content, "order_key", "")?;
    let order = state
        .find(Kind::Order, key)
        .ok_or_else(|| Problem::field("/order_key", "order_unknown", format!("there is no order `{key}`")))?;
    if order.state != "confirmed" {
        return Err(Problem::new(409, "wrong_state", format!("order {} is {}", order.id, order.state)));
    }
    wire::rows(content, "tracking", "")?;
    let worth = order::worth(&order.content)?;
    let mut sent: HashMap<&str, Decimal> = HashMap::new();
    for shipment in state.linked(Kind::Shipment, key) {
        for row in shipment.content["lines"].as_array().into_iter().flatten() {
            let id = row["line_id"].as_str().unwrap_or_default();
            *sent.entry(id).or_default() += wire::decimal(&row["qty"]).unwrap_or_default();
        }
    }
    let rows = wire::rows(content, "lines", "")?;
    if rows.is_empty() {
        return Err(Problem::field("/lines", "lines_required", "a shipment has lines"));
    }
    for (index, row) in rows.iter().enumerate() {
        let at = format!("/lines/{index}");
        let id = wire::text(row, "line_id", &at)?;
        let line = worth.lines.iter().find(|line| line.line_id == id).ok_or_else(|| {
            Problem::field(format!("{at}/line_id"), "line_unknown", format!("the order has no line `{id}`"))
        })?;
        let total = sent.entry(id).or_default();
        *total += wire::quantity(row, &at)?;
        if *total > line.qty {
            let detail = format!("line `{id}`: {total} of {}", line.qty);
            return Err(Problem::field(format!("{at}/qty"), "over_shipped", detail));
        }
    }
    Ok(Map::new())
}

/// Takes what was sent off the stock.
pub(crate) fn take_stock(state: &mut State, document: &Document) {
    let key = document.content["order_key"].as_str().unwrap_or_default();
    let Some(Ok(worth)) = state.find(Kind::Order, key).map(|order| order::worth(&order.content)) else {
        return;
    };
    for row in document.content["lines"].as_array().into_iter().flatten() {
        let qty = wire::decimal(&row["qty"]).unwrap_or_default();
        let line = worth.lines.iter().find(|line| row["line_id"] == *line.line_id);
        if let Some(level) = line.and_then(|line| state.stock.get_mut(&line.sku)) {
            level.change(-qty, -qty);
        }
    }
}
