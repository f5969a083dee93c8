//! `stripe.event.list`: events of some types in a span of time, as Stripe wrote them. For the sweep: what it finds is what a
//! webhook would have brought.
//!
//! Stripe keeps events for 30 days and lists the newest first; an event is listed a little after its `created`.
//! Source: <https://docs.stripe.com/api/events/list>, <https://docs.stripe.com/api/pagination>.

use canonical::EventId;
use flow::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::page::Page;
use crate::{Client, Error};

/// The action's name.
pub const NAME: &str = "stripe.event.list";
/// Types that one question may name.
pub const TYPES_MAX: usize = 20;

/// Which events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Their types, at most 20.
    pub types: Vec<String>,
    /// Made in this second or later, seconds since 1970.
    pub from: i64,
    /// Made before this second.
    pub until: i64,
    /// Only those behind this one, which is the last of the page before.
    #[serde(default)]
    pub after: Option<EventId>,
    /// How many at most, 1 to 100.
    pub limit: u32,
}

/// A page, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// Each as its JSON text.
    pub events: Vec<String>,
    /// Whether older ones of the span are not on this page.
    pub has_more: bool,
}

/// Lists a page; one call.
///
/// # Errors
/// As Stripe answers; an answer that is too large ([`is_too_large`]) can be asked for in smaller pages.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let (from, until, limit) = (input.from.to_string(), input.until.to_string(), input.limit.to_string());
    let mut query = vec![("created[gte]", from.as_str()), ("created[lt]", &until), ("limit", &limit)];
    query.extend(input.types.iter().map(|name| ("types[]", name.as_str())));
    query.extend(input.after.as_ref().map(|after| ("starting_after", after.as_str())));
    let page = client.get::<Page<Box<RawValue>>>(NAME, "/v1/events", &query, None).await?.page(NAME)?;
    let events = page.data.iter().map(|event| event.get().to_owned()).collect();
    Ok(Output { events, has_more: page.has_more })
}

/// Whether a page was not read because it is too large.
#[must_use]
pub fn is_too_large(fault: &Fault) -> bool {
    fault.code == "answer_too_large"
}
