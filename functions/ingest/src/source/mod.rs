//! Who may send webhooks: how each signs, and what its events are called. A file for each, with the same two functions.

mod magento;
mod stripe;
mod wms;

use canonical::EventId;
use environment::SecretKind;
use lambda_http::http::HeaderMap;
use secrecy::SecretString;

use crate::outcome::{Refusal, Skip};
use crate::work::{Endpoint, Incoming};

/// A sender that has an endpoint: `/webhooks/<source>/<pair>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// Stripe.
    Stripe,
    /// A shop with the module aligent/magento-async-events.
    Magento,
    /// The warehouse.
    Wms,
}

/// The facts of an event that every source has.
pub(crate) struct Event {
    pub(crate) id: EventId,
    pub(crate) event_type: String,
    /// Why it is not to be routed, where that is so.
    pub(crate) verdict: Result<Option<Skip>, Refusal>,
}

impl Source {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Stripe, Self::Magento, Self::Wms];

    /// The name in the path, in triggers and in messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stripe => "stripe",
            Self::Magento => "magento",
            Self::Wms => "wms",
        }
    }

    /// The source of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == name)
    }

    /// Which secret its signatures are made with.
    #[must_use]
    pub const fn secret(self) -> SecretKind {
        match self {
            Self::Stripe => SecretKind::StripeWebhook,
            Self::Magento => SecretKind::MagentoWebhook,
            Self::Wms => SecretKind::WmsWebhook,
        }
    }

    /// Whether the raw bytes are the sender's, under one of the secrets.
    pub(crate) fn verify(self, secrets: &[SecretString], incoming: Incoming<'_>) -> Result<(), Refusal> {
        match self {
            Self::Stripe => stripe::verify(secrets, incoming),
            Self::Magento => magento::verify(secrets, incoming),
            Self::Wms => wms::verify(secrets, incoming),
        }
    }

    /// What a verified body says of itself.
    pub(crate) fn event(
        self,
        endpoint: Endpoint<'_>,
        incoming: Incoming<'_>,
        text: &str,
    ) -> Result<Event, Refusal> {
        match self {
            Self::Stripe => stripe::event(endpoint, text),
            Self::Magento => magento::event(incoming.event_name, text),
            Self::Wms => wms::event(text),
        }
    }
}

/// A signature that does not hold.
fn refused(reason: &'static str, error: &dyn std::error::Error, may_be_rotation: bool) -> Refusal {
    Refusal::Signature { reason, message: error.to_string(), may_be_rotation }
}

/// Signing secrets of which none can be used.
fn unusable(reason: &'static str, error: &dyn std::error::Error) -> Refusal {
    Refusal::SecretUnusable { reason, message: error.to_string() }
}

/// A header that is there more than once, or is no text. Two of them are no signature: which one would count?
struct Ambiguous;

/// The header, once.
fn one_header<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Ambiguous> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().map(|value| value.to_str());
    match (first, values.next()) {
        (None, _) => Ok(None),
        (Some(Ok(value)), None) => Ok(Some(value)),
        (Some(_), _) => Err(Ambiguous),
    }
}
