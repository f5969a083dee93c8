//! The methods that a customer has saved, but for the one that was just declined.
//!
//! Source: <https://docs.stripe.com/api/payment_methods/customer_list>.

use canonical::{PaymentMethodId, StripeAccount};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::intent::{Intent, Tried};
use super::read::NAME;
use crate::refusal::Meaning;
use crate::{Client, Error, form};

/// Methods that are asked for, the newest first: one is tried.
const METHODS_MAX: &str = "20";

/// A saved method that the intent takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Method {
    /// Its id.
    pub id: PaymentMethodId,
    /// `card`, `sepa_debit`, …
    pub method: String,
    /// Card brand, where it is a card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// Last four digits, where it has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last4: Option<String>,
}

/// What a charge tells of its method.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Details {
    card: Option<Card>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Card {
    brand: Option<String>,
    last4: Option<String>,
    fingerprint: Option<String>,
}

impl Card {
    /// The same number, saved a second time.
    fn is(&self, other: &Self) -> bool {
        self.fingerprint.is_some() && self.fingerprint == other.fingerprint && self.last4 == other.last4
    }
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Saved>,
}

#[derive(Deserialize)]
struct Saved {
    id: PaymentMethodId,
    #[serde(rename = "type")]
    method: String,
    card: Option<Card>,
}

/// Lists them. One call; none where nobody is the customer.
pub(super) async fn others(
    client: &Client,
    intent: &Intent,
    tried: &Tried,
    account: Option<&StripeAccount>,
) -> Result<Vec<Method>, Error> {
    let Some(customer) = intent.customer() else { return Ok(Vec::new()) };
    let path = format!("/v1/customers/{}/payment_methods", form::segment(customer));
    let page = match client.get::<Page>(NAME, &path, &[("limit", METHODS_MAX)], account).await {
        Ok(read) => read.object,
        // A customer who was deleted has taken them along.
        Err(Error::Refused { refusal }) if refusal.meaning == Meaning::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let card = tried.payment_method_details.as_ref().and_then(|details| details.card.as_ref());
    let is_tried = |saved: &Saved| {
        let same_id = tried.payment_method.as_deref() == Some(saved.id.as_str());
        same_id || card.zip(saved.card.as_ref()).is_some_and(|(tried, saved)| tried.is(saved))
    };
    let others = page.data.into_iter().filter(|saved| intent.takes(&saved.method) && !is_tried(saved));
    Ok(others
        .map(|Saved { id, method, card }| {
            let (brand, last4) = card.map_or((None, None), |card| (card.brand, card.last4));
            Method { id, method, brand, last4 }
        })
        .collect())
}
