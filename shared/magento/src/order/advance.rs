//! A paid order that Magento left behind: an invoice on `pending_payment` leads to `new`, `pending`, not to `processing`.
//!
//! Source: `Sales/Model/Order/StateResolver.php` of magento/magento2; seen on 2.4.5.

use std::collections::BTreeMap;

use canonical::NaturalKey;
use serde::Serialize;
use serde_json::value::RawValue;

use super::comment;
use super::progress::Progress;
use super::wire::WireOrder;
use crate::{Client, Error, Query};

/// What a raw save sends, every value as just read: Magento derives the state from what it is sent, as if that were the
/// whole order. Without what was paid it takes the order for paid back, without `is_virtual` for one to be sent, and
/// without its number it gives it a new one.
///
/// Source: `Sales/Model/ResourceModel/Order/Handler/State.php` of magento/magento2.
const SAVED: [&str; 7] = [
    "entity_id",
    "increment_id",
    "is_virtual",
    "grand_total",
    "base_grand_total",
    "total_paid",
    "base_total_paid",
];
/// The same, absent until something went back.
const SAVED_WHERE_THERE: &str = "total_refunded,base_total_refunded";

/// Moves a paid order on to `paid_status`: by a comment, and where the shop's version refuses that and the pair allows
/// it, by the order's own save. At most five calls, none where the order stands right.
///
/// # Errors
/// [`Error::NotConverged`] where neither helped; an order that meanwhile went on hold or was cancelled; or as Magento
/// answers.
pub(super) async fn advanced(
    client: &Client,
    order: Progress,
    text: &str,
    key: &NaturalKey,
) -> Result<Progress, Error> {
    let settings = &client.settings().magento;
    if order.is_advanced(&settings.paid_status) {
        return Ok(order);
    }
    let mut now = order;
    if now.status != settings.paid_status {
        match comment::add(client, now.id, &format!("{text} [{key}]"), Some(&settings.paid_status)).await {
            // Newer versions refuse a status that does not belong to the state: then only the order's own save helps.
            Ok(()) | Err(Error::Refused { status: 400, class: flow::Class::Validation, .. }) => {}
            Err(error) => return Err(error),
        }
        now = Progress::read(client, now.id).await?;
        now.in_reach()?;
    }
    if !now.is_advanced(&settings.paid_status)
        && settings.allow_order_save
        && save_state(client, &now, &settings.paid_status).await?
    {
        now = Progress::read(client, now.id).await?;
        now.in_reach()?;
        now.settled()?;
    }
    if now.is_advanced(&settings.paid_status) {
        return Ok(now);
    }
    Err(Error::NotConverged {
        order: now.number,
        code: "state_not_advanced",
        problem: format!(
            "it is paid, but its status stays `{:.40}`; set `magento.allow_order_save: true` for this shop, or move it on \
             by hand, then replay",
            now.status
        ),
    })
}

#[derive(Serialize)]
struct Save<'a> {
    entity: BTreeMap<&'a str, Box<RawValue>>,
}

/// The one raw save that is permitted. `false` where what it needs is not all there: nothing was sent then.
async fn save_state(client: &Client, order: &Progress, status: &str) -> Result<bool, Error> {
    let id = order.id;
    let query = Query::new().with("fields", format!("{},{SAVED_WHERE_THERE}", SAVED.join(",")));
    let read: BTreeMap<String, Box<RawValue>> =
        client.get(&format!("read order {id}"), &format!("/V1/orders/{id}"), &query).await?;
    let is_there = |value: &RawValue| value.get() != "null";
    if !SAVED.iter().all(|name| read.get(*name).is_some_and(|value| is_there(value))) {
        return Ok(false);
    }
    let written = |text: &str| {
        serde_json::value::to_raw_value(text)
            .map_err(|error| Error::Settings { problem: format!("paid_status cannot be written: {error}") })
    };
    let mut entity: BTreeMap<&str, Box<RawValue>> = read
        .iter()
        .filter(|(_, value)| is_there(value))
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    entity.insert("state", written("processing")?);
    entity.insert("status", written(status)?);
    let only_id = Query::new().with("fields", "entity_id");
    let action = format!("save the state of order {id}");
    let _: WireOrder = client.post(&action, "/V1/orders", &only_id, &Save { entity }).await?;
    Ok(true)
}
