//! Shipments, and their tracks.
//!
//! Source: `Sales/Model/{ShipOrder,Order/ShipmentDocumentFactory,Order/ShipmentFactory,Order/Validation/CanShip}.php` of
//! magento/magento2.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::amount::{add, amount, json as number};
use super::document::{Asked, asked, comments, copy, head, rows_of};
use super::order::state::{self, Cause};
use super::refusal::Refusal;
use super::rows;
use super::settings::Switches;
use super::shop::{Ids, Kind, Shop, next, now};

/// A row's part of a shipment.
struct Part {
    index: usize,
    qty: Decimal,
    /// It goes along with its parent, and no row of the shipment tells of it.
    is_hidden: bool,
}

/// `POST /V1/order/:id/ship`; gives the shipment's id. A quantity above what is open is capped in silence.
pub(super) fn create(
    shop: &mut Shop,
    switches: &Switches,
    order: &Value,
    body: &Value,
) -> Result<u64, Refusal> {
    let mut order = order.clone();
    let parts = parts(&order, &asked(body)?);
    refuse(&order, &parts)?;
    let source = source(switches, body)?;
    let id = shop.ids.document(Kind::Shipment);
    let shipment = document(shop, id, &order, &parts, source.as_deref(), body);
    for part in &parts {
        let row = &mut order["items"][part.index];
        add(row, "qty_shipped", part.qty);
        // A bundle lies in no source: its children do.
        if let Some(source) = source.as_deref().filter(|_| row["product_type"] != "bundle") {
            shop.inventory.take(row["sku"].as_str().unwrap_or_default(), source, part.qty);
        }
    }
    if state::state(&order) == state::NEW {
        let next = state::after_document(&order, Cause::Progress);
        state::set(&mut order, next);
    }
    shop.shipments.insert(id, shipment);
    shop.save(order);
    Ok(id)
}

fn parts(order: &Value, asked: &Asked) -> Vec<Part> {
    let items = rows::all(order);
    // Without rows, each row that is sent is asked for whole.
    let whole = || {
        let sent = items.iter().filter(|row| !rows::is_virtual(row) && rows::parent_id(row).is_none());
        sent.map(|row| (rows::id(row), amount(row, "qty_ordered"))).collect()
    };
    let asked = if asked.is_empty() { whole() } else { asked.clone() };
    let wanted = |id: u64| asked.get(&id).copied().filter(|qty| *qty > Decimal::ZERO);
    let mut parts = Vec::new();
    for (index, row) in items.iter().enumerate().filter(|(_, row)| !rows::is_virtual(row)) {
        let is_hidden = rows::is_dummy_to_ship(order, row);
        let qty = if is_hidden {
            let bundles = rows::parent_id(row).and_then(wanted);
            let pieces = bundles.zip(rows::per_bundle(order, row)).map(|(bundles, each)| bundles * each);
            pieces.map(|pieces| pieces.min(rows::to_ship_alone(row)))
        } else {
            wanted(rows::id(row)).map(|qty| qty.min(rows::to_ship(order, row)))
        };
        let qty = rows::pieces(row, qty.unwrap_or_default());
        if !qty.is_zero() {
            parts.push(Part { index, qty, is_hidden });
        }
    }
    parts
}

fn refuse(order: &Value, parts: &[Part]) -> Result<(), Refusal> {
    let mut lines = Vec::new();
    if state::forbids_shipment(order) {
        let status = order["status"].as_str().unwrap_or_default();
        lines.push(format!("A shipment cannot be created when an order has a status of {status}"));
    } else if !state::any_to_ship(order) {
        lines.push("The order does not allow a shipment to be created.".to_owned());
    }
    if parts.is_empty() {
        lines.push("You can't create a shipment without products.".to_owned());
    }
    if lines.is_empty() { Ok(()) } else { Err(Refusal::document("Shipment", &lines)) }
}

/// Where the goods leave from, in a shop with several stocks.
fn source(switches: &Switches, body: &Value) -> Result<Option<String>, Refusal> {
    if !switches.msi {
        return Ok(None);
    }
    let asked = body.pointer("/arguments/extension_attributes/source_code").and_then(Value::as_str);
    let source = asked.unwrap_or("default");
    if switches.sources.iter().any(|known| known == source) {
        return Ok(Some(source.to_owned()));
    }
    Err(Refusal::new(400, "Not all of your products are available in the requested quantity."))
}

fn document(
    shop: &mut Shop,
    id: u64,
    order: &Value,
    parts: &[Part],
    source: Option<&str>,
    body: &Value,
) -> Value {
    let mut shipment = Value::Object(head(Kind::Shipment, id, order));
    let shown: Vec<&Part> = parts.iter().filter(|part| !part.is_hidden).collect();
    shipment["total_qty"] = number(shown.iter().map(|part| part.qty).sum());
    shipment["packages"] = json!([]);
    let made = shown.iter().map(|part| {
        let of = &rows::all(order)[part.index];
        let mut row = Map::new();
        for name in ["name", "price", "product_id", "sku", "weight"] {
            copy(of, &mut row, name);
        }
        row.insert("order_item_id".to_owned(), of["item_id"].clone());
        row.insert("qty".to_owned(), number(part.qty));
        row
    });
    shipment["items"] = rows_of(Kind::Shipment, id, &mut shop.ids, made);
    let tracks = body["tracks"].as_array().map_or(&[][..], Vec::as_slice);
    shipment["tracks"] =
        tracks.iter().map(|sent| track(&mut shop.ids, id, &order["entity_id"], sent)).collect();
    shipment["comments"] = comments(body, id, &mut shop.ids);
    if let Some(source) = source {
        shipment["extension_attributes"] = json!({ "source_code": source });
    }
    shipment
}

fn track(ids: &mut Ids, shipment: u64, order: &Value, sent: &Value) -> Value {
    let now = now();
    json!({
        "order_id": order,
        "created_at": now,
        "entity_id": next(&mut ids.track),
        "parent_id": shipment,
        "updated_at": now,
        "weight": sent["weight"],
        "qty": sent["qty"],
        "description": sent["description"],
        "track_number": sent["track_number"],
        "title": sent["title"],
        "carrier_code": sent["carrier_code"],
    })
}

/// `POST /V1/shipment/track`.
pub(super) fn add_track(shop: &mut Shop, body: &Value) -> Result<Value, Refusal> {
    let sent = Some(&body["entity"]).filter(|entity| entity.is_object());
    let sent = sent.ok_or_else(|| Refusal::required("entity"))?;
    let id = sent["parent_id"].as_u64().unwrap_or_default();
    let Some(shipment) = shop.shipments.get_mut(&id) else { return Err(Refusal::no_entity()) };
    let order = shipment["order_id"].clone();
    if sent["order_id"] != order || sent["track_number"].as_str().is_none_or(str::is_empty) {
        return Err(Refusal::new(400, "Could not save the shipment tracking."));
    }
    let track = track(&mut shop.ids, id, &order, sent);
    if let Some(tracks) = shipment["tracks"].as_array_mut() {
        tracks.push(track.clone());
    }
    shipment["updated_at"] = json!(now());
    Ok(track)
}

/// `DELETE /V1/shipment/track/:id`.
pub(super) fn remove_track(shop: &mut Shop, id: u64) -> Result<Value, Refusal> {
    for shipment in shop.shipments.values_mut() {
        let Some(tracks) = shipment["tracks"].as_array_mut() else { continue };
        let before = tracks.len();
        tracks.retain(|track| track["entity_id"] != id);
        if tracks.len() < before {
            return Ok(json!(true));
        }
    }
    Err(Refusal::no_entity())
}
