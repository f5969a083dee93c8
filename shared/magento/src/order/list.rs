//! `magento.order.list`: orders that changed in a span of time and are in some states, with what they say of their payment. One
//! call a page. For the sweep.
//!
//! The walk goes by `entity_id`, from one page's last to the next: rows that change meanwhile shift no page, and a page past the
//! end, which some versions answer with the last page once more (issue 26986 of magento/magento2), is never asked for.

use canonical::{IncrementId, OrderId, OrderState};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::map::bare_id;
use super::wire::WirePayment;
use crate::amount::{Amount, Whole, text};
use crate::{Client, Error, Query};

/// The action's name.
pub const NAME: &str = "magento.order.list";
/// Orders of a page: as many as shops with input limits allow by default, several times less than their cap.
const PAGE_ORDERS: u32 = 100;
/// What is asked for.
const FIELDS: &str = "items[entity_id,increment_id,state,updated_at,total_due,payment[method,last_trans_id],\
extension_attributes[payment_additional_info]],total_count";
/// How the table's times are written: in UTC, in whole seconds, and without saying so.
const TIME: &str = "%Y-%m-%d %H:%M:%S";
/// Under which name Stripe's module keeps the intent with the order.
const INTENT_KEY: &str = "payment_intent";

/// Which orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// In one of these states.
    pub states: Vec<OrderState>,
    /// Changed in this second or later, by the shop's clock.
    #[schemars(with = "String")]
    pub from: Timestamp,
    /// Changed in this second or earlier.
    #[schemars(with = "String")]
    pub until: Timestamp,
    /// Only orders with a higher id: the last of the page before.
    #[serde(default)]
    pub after: Option<OrderId>,
}

/// A page, by their ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// The orders.
    pub orders: Vec<Listed>,
    /// Whether there are more behind them.
    pub has_more: bool,
}

/// An order, as far as a list tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Listed {
    /// The shop's id.
    pub id: OrderId,
    /// The number that people see, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<IncrementId>,
    /// When its row last changed, by the shop's clock.
    #[schemars(with = "String")]
    pub updated_at: Timestamp,
    /// Whether something is still to be paid, or nobody says.
    pub is_due: bool,
    /// Ids of payments that the order names, without what gateways hang on them, the best evidence first.
    pub payments: Vec<String>,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    items: Option<Vec<Row>>,
    #[serde(default)]
    total_count: Option<Whole>,
}

#[derive(Deserialize)]
struct Row {
    entity_id: Whole,
    #[serde(default, deserialize_with = "text")]
    increment_id: String,
    #[serde(default, deserialize_with = "text")]
    updated_at: String,
    total_due: Option<Amount>,
    payment: Option<WirePayment>,
    #[serde(default)]
    extension_attributes: Option<Extension>,
}

#[derive(Deserialize)]
struct Extension {
    #[serde(default)]
    payment_additional_info: Option<Vec<Info>>,
}

#[derive(Deserialize)]
struct Info {
    #[serde(default, deserialize_with = "text")]
    key: String,
    #[serde(default, deserialize_with = "text")]
    value: String,
}

/// Lists a page of the pair's stores.
///
/// # Errors
/// [`Error::NotConverged`] where the shop does not go on behind the last page; else as Magento answers.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let states: Vec<&str> = input.states.iter().copied().map(state).collect();
    let mut query = Query::new()
        .filter("updated_at", "gteq", &time(input.from))
        .filter("updated_at", "lteq", &time(input.until))
        .filter("state", "in", &states.join(","));
    if let Some(after) = input.after {
        query = query.filter("entity_id", "gt", &after.to_string());
    }
    let stores: Vec<String> = client.settings().magento.stores.iter().map(u64::to_string).collect();
    if !stores.is_empty() {
        query = query.filter("store_id", "in", &stores.join(","));
    }
    let query = query.sorted("entity_id").page(PAGE_ORDERS).with("fields", FIELDS);
    let page: Page = client.get("list changed orders", "/V1/orders", &query).await?;
    let rows = page.items.unwrap_or_default();
    let has_more =
        page.total_count.is_some_and(|total| total.0 > u64::try_from(rows.len()).unwrap_or(u64::MAX))
            && !rows.is_empty();
    let orders: Vec<Listed> = rows.into_iter().map(listed).collect::<Result<_, _>>()?;
    if let Some(first) = orders.first().filter(|first| input.after >= Some(first.id)) {
        let problem =
            "the shop lists it again, its search does not go by `entity_id`; look at what extends it";
        let order = first.id.to_string();
        return Err(Error::NotConverged { order, code: "endless_list", problem: problem.to_owned() });
    }
    Ok(Output { orders, has_more })
}

fn listed(row: Row) -> Result<Listed, Error> {
    let updated_at = DateTime::strptime(TIME, &row.updated_at).ok();
    let updated_at = updated_at.and_then(|time| TimeZone::UTC.to_timestamp(time).ok());
    let updated_at = updated_at.ok_or_else(|| Error::OrderUnusable {
        order: format!("{:.64}", row.increment_id),
        code: "malformed_time",
        problem: canonical::redact(&format!("updated_at is `{}`", row.updated_at), 60),
    })?;
    Ok(Listed {
        id: OrderId::new(row.entity_id.0),
        number: row.increment_id.parse().ok(),
        updated_at,
        is_due: row.total_due.is_none_or(|due| due.0 > Decimal::ZERO),
        payments: payments(row.payment, row.extension_attributes),
    })
}

fn payments(payment: Option<WirePayment>, extension: Option<Extension>) -> Vec<String> {
    let infos = extension.and_then(|extension| extension.payment_additional_info).unwrap_or_default();
    let told = infos.into_iter().filter(|info| info.key == INTENT_KEY).map(|info| info.value);
    let mut ids = Vec::new();
    for id in payment.and_then(|payment| payment.last_trans_id).into_iter().chain(told) {
        // `pi_…_secret_…` is what a browser pays with: a secret, and its head is the id.
        let id = bare_id(id.split("_secret_").next().unwrap_or_default().trim());
        if !id.is_empty() && !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

fn time(at: Timestamp) -> String {
    at.strftime(TIME).to_string()
}

/// A state as the table's column says it.
const fn state(state: OrderState) -> &'static str {
    match state {
        OrderState::New => "new",
        OrderState::PendingPayment => "pending_payment",
        OrderState::PaymentReview => "payment_review",
        OrderState::Processing => "processing",
        OrderState::Complete => "complete",
        OrderState::Closed => "closed",
        OrderState::Canceled => "canceled",
        OrderState::Holded => "holded",
    }
}
