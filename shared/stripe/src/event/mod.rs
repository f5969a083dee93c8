//! The envelope of an event: what is known before anybody looks at the object inside.
//!
//! Sources: <https://docs.stripe.com/api/events/object>, <https://docs.stripe.com/api/v2/core/events> (thin events) and
//! <https://docs.stripe.com/event-destinations/eventbridge> (the wrapper).

pub mod list;

use std::borrow::Cow;

use canonical::{EventId, StripeAccount};
use serde::Deserialize;
use serde_json::value::RawValue;

/// An event without its object, which stays text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Deduplication key; the same for every endpoint and attempt.
    pub id: EventId,
    /// `charge.succeeded`, …; the list is open.
    pub event_type: String,
    /// Whether it holds the object or only points to it.
    pub form: Form,
    /// The connected account it happened in; only on Connect and organisation endpoints.
    pub account: Option<StripeAccount>,
    /// Whether real money moved.
    pub livemode: bool,
    /// When, seconds since 1970; whole seconds, shared by several events. Thin events write it otherwise.
    pub created: Option<i64>,
    /// The version that the object was rendered with; `None` on very old events and thin ones.
    pub api_version: Option<String>,
}

/// How an event carries its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// API v1: `data.object` is a photograph taken when the event was made.
    Snapshot,
    /// API v2: only a pointer. We do not subscribe to these.
    Thin,
}

/// Why an event is not a pair's to act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotOurs {
    /// Of the other mode than the stage.
    Mode,
    /// Of another account than the pair's.
    Account,
    /// A pointer to an object instead of the object.
    Thin,
}

/// Text that is no event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// Not JSON. Says where, never what.
    #[error("the body is not JSON (line {line}, column {column})")]
    NotJson {
        /// From 1.
        line: usize,
        /// From 1; 0 before the first character.
        column: usize,
    },
    /// JSON, but no event of Stripe's.
    #[error("the body is not a Stripe event: {field} is missing or has another form")]
    NotAnEvent {
        /// The first field that is not as it should be.
        field: &'static str,
    },
    /// An event inside Amazon EventBridge's envelope, which carries no signature of Stripe's.
    #[error(
        "the body is an EventBridge envelope, not a Stripe event; send events to the webhook endpoint itself"
    )]
    EventBridge,
}

impl EventError {
    /// The reason in snake case, as responses, logs and metrics name it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotJson { .. } => "broken_json",
            Self::NotAnEvent { .. } => "not_an_event",
            Self::EventBridge => "eventbridge_envelope",
        }
    }
}

/// Fields as text, so that an unexpected form of one is named instead of failing the parse somewhere.
#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow, rename = "type")]
    event_type: Option<&'a RawValue>,
    #[serde(borrow)]
    object: Option<&'a RawValue>,
    #[serde(borrow)]
    account: Option<&'a RawValue>,
    #[serde(borrow)]
    context: Option<&'a RawValue>,
    #[serde(borrow)]
    livemode: Option<&'a RawValue>,
    #[serde(borrow)]
    created: Option<&'a RawValue>,
    #[serde(borrow)]
    api_version: Option<&'a RawValue>,
    #[serde(borrow, rename = "detail-type")]
    detail_type: Option<&'a RawValue>,
}

impl Envelope {
    /// Reads the envelope of a verified body. Unknown fields and types are normal; the object is not looked at.
    ///
    /// # Errors
    /// No JSON, or no event.
    pub fn parse(body: &str) -> Result<Self, EventError> {
        let wire: Wire = serde_json::from_str(body).map_err(|error| {
            if error.is_data() {
                EventError::NotAnEvent { field: "the object itself" }
            } else {
                EventError::NotJson { line: error.line(), column: error.column() }
            }
        })?;
        if wire.detail_type.is_some() {
            return Err(EventError::EventBridge);
        }
        let form = match required::<Cow<str>>(wire.object, "object")?.as_ref() {
            "event" => Form::Snapshot,
            "v2.core.event" => Form::Thin,
            _ => return Err(EventError::NotAnEvent { field: "object" }),
        };
        let id: String = required(wire.id, "id")?;
        let event_type: String = required(wire.event_type, "type")?;
        if event_type.is_empty()
            || event_type.len() > TYPE_LENGTH_MAX
            || !event_type.bytes().all(|b| b.is_ascii_graphic())
        {
            return Err(EventError::NotAnEvent { field: "type" });
        }
        Ok(Self {
            id: id.try_into().map_err(|_| EventError::NotAnEvent { field: "id" })?,
            event_type,
            form,
            account: account(wire.account, wire.context)?,
            livemode: required(wire.livemode, "livemode")?,
            created: optional(wire.created),
            api_version: optional(wire.api_version),
        })
    }

    /// Why a pair with this account, in this mode, has nothing to do with the event; `None` where it has.
    #[must_use]
    pub fn not_ours(&self, account: &StripeAccount, livemode: bool) -> Option<NotOurs> {
        if self.livemode != livemode {
            return Some(NotOurs::Mode);
        }
        if self.account.as_ref().is_some_and(|own| own != account) {
            return Some(NotOurs::Account);
        }
        (self.form == Form::Thin).then_some(NotOurs::Thin)
    }
}

/// Longest type that is taken, in bytes. The longest known has 61.
const TYPE_LENGTH_MAX: usize = 200;

fn required<'a, T: Deserialize<'a>>(
    value: Option<&'a RawValue>,
    field: &'static str,
) -> Result<T, EventError> {
    optional(value).ok_or(EventError::NotAnEvent { field })
}

fn optional<'a, T: Deserialize<'a>>(value: Option<&'a RawValue>) -> Option<T> {
    value.and_then(|raw| serde_json::from_str::<Option<T>>(raw.get()).ok().flatten())
}

/// `account`, else the account that `context` ends in (`acct_1`, or `org_1/acct_1` for organisations).
fn account(
    account: Option<&RawValue>,
    context: Option<&RawValue>,
) -> Result<Option<StripeAccount>, EventError> {
    if account.is_some_and(|raw| raw.get() != "null") {
        let account: String = required(account, "account")?;
        return account.try_into().map(Some).map_err(|_| EventError::NotAnEvent { field: "account" });
    }
    let context: Option<String> = optional(context);
    Ok(context.and_then(|context| context.rsplit('/').next().and_then(|last| last.parse().ok())))
}
