//! Which rows of an order are booked, and which are sent.
//!
//! Source: `Sales/Model/Order/Item::isDummy` of magento/magento2: money stands on the parent, but for bundles with
//! dynamic prices, where it stands on the children; goods are the rows without children. A configurable's only child is
//! the same thing as its parent, and Magento ships it by the parent's row: so the parent stands for both.
//!
//! How many are yet to be sent is what was ordered without what was shipped, paid back and cancelled. A piece that was paid
//! back may be one that was sent: Magento 2.4.5 then leaves one more to be shipped than older versions do, and nothing on
//! the row tells. The lower number is taken: what is not sent can be sent, what is sent is gone.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::wire::WireItem;
use crate::amount::value;

/// Types whose rows no warehouse sends, whatever `is_virtual` says.
const NOT_SENT: &[&str] = &["virtual", "downloadable", "giftcard"];

/// A row with its part in the order.
pub(super) struct Role<'a> {
    pub(super) item: &'a WireItem,
    pub(super) booked: bool,
    pub(super) shipped: bool,
    /// How many are yet to be sent.
    pub(super) to_ship: Decimal,
}

/// The rows that are booked or sent, in the order's own order.
pub(super) fn roles(items: &[WireItem]) -> Vec<Role<'_>> {
    let mut children: BTreeMap<u64, Vec<&WireItem>> = BTreeMap::new();
    for item in items {
        if let Some(parent) = parent_of(item) {
            children.entry(parent).or_default().push(item);
        }
    }
    let by_id: BTreeMap<u64, &WireItem> = items.iter().map(|item| (item.item_id.0, item)).collect();
    items
        .iter()
        .map(|item| {
            let own = children.get(&item.item_id.0).map_or(&[][..], Vec::as_slice);
            let parent = parent_of(item).and_then(|parent| by_id.get(&parent).copied());
            let siblings =
                parent.and_then(|parent| children.get(&parent.item_id.0)).map_or(&[][..], Vec::as_slice);
            let shipped = is_shipped(item, own, parent);
            Role {
                item,
                booked: is_booked(item, own, parent, siblings),
                shipped,
                to_ship: if shipped { to_ship(item, parent, siblings) } else { Decimal::ZERO },
            }
        })
        .filter(|role| role.booked || role.shipped)
        .collect()
}

fn is_booked(item: &WireItem, own: &[&WireItem], parent: Option<&WireItem>, siblings: &[&WireItem]) -> bool {
    match parent {
        Some(parent) => is_dynamic_bundle(parent, siblings),
        None => !is_dynamic_bundle(item, own),
    }
}

fn is_shipped(item: &WireItem, own: &[&WireItem], parent: Option<&WireItem>) -> bool {
    let sent = item.is_virtual.unwrap_or_default().0 == 0 && !NOT_SENT.contains(&kind(item));
    let in_configurable = parent.is_some_and(|parent| kind(parent) == "configurable");
    sent && !in_configurable && (own.is_empty() || kind(item) == "configurable")
}

/// What has neither left nor been given up. A bundle with a fixed price is paid back and cancelled by its own row, whatever
/// its children's rows say of it.
fn to_ship(item: &WireItem, parent: Option<&WireItem>, siblings: &[&WireItem]) -> Decimal {
    let ordered = value(item.qty_ordered);
    let own = value(item.qty_refunded) + value(item.qty_canceled);
    let whole =
        parent.filter(|parent| !is_dynamic_bundle(parent, siblings)).map_or(Decimal::ZERO, |parent| {
            let given_up = value(parent.qty_refunded) + value(parent.qty_canceled);
            (given_up * ordered).checked_div(value(parent.qty_ordered)).unwrap_or(Decimal::ZERO)
        });
    // Whatever a row says, no more is sent than was ordered: a quantity below nothing would add to it.
    let left = ordered - value(item.qty_shipped) - own.max(whole);
    left.clamp(Decimal::ZERO, ordered.max(Decimal::ZERO))
}

/// Children of a bundle with a fixed price cost nothing themselves. A row's total alone does not tell: it may be nothing
/// after a discount.
fn is_dynamic_bundle(item: &WireItem, children: &[&WireItem]) -> bool {
    let costs = |child: &&WireItem| !value(child.row_total).is_zero() || !value(child.price).is_zero();
    kind(item) == "bundle" && children.iter().any(costs)
}

fn kind(item: &WireItem) -> &str {
    item.product_type.as_deref().unwrap_or("simple")
}

fn parent_of(item: &WireItem) -> Option<u64> {
    item.parent_item_id.map(|parent| parent.0).filter(|parent| *parent != 0)
}
