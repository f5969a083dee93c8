//! A payment as the payment provider knows it now.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ChargeId, CustomerId, Money, PaymentIntentId};

/// One charge, read fresh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// The charge.
    pub charge: ChargeId,
    /// Its payment intent; old charges have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<PaymentIntentId>,
    /// Where the charge stands.
    pub status: ChargeStatus,
    /// Whether the money was taken; `false` with `succeeded` is an authorisation.
    pub captured: bool,
    /// What was authorised.
    pub amount: Money,
    /// What was taken.
    pub amount_captured: Money,
    /// What went back, the released rest of a partial capture included.
    pub amount_refunded: Money,
    /// Whether all that was taken has gone back.
    #[serde(default)]
    pub refunded: bool,
    /// Whether the customer has disputed it.
    #[serde(default)]
    pub disputed: bool,
    /// When the charge was made; where it was captured later, that is when it was authorised.
    #[schemars(with = "String")]
    pub created: Timestamp,
    /// When the money was taken, as the provider books it; absent until it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub paid_at: Option<Timestamp>,
    /// `card`, `sepa_debit`, …
    pub method: String,
    /// Card brand, where it is a card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// Last four digits, where it is a card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last4: Option<String>,
    /// The provider's customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// What the provider kept, in the settlement currency; absent until it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee: Option<Money>,
    /// Which orders the payment says it is for, best evidence first. Empty where nothing points to a shop.
    pub orders: Vec<OrderReference>,
    /// Whether real money moved.
    pub livemode: bool,
}

impl Payment {
    /// Whether an id is the charge's or its intent's.
    #[must_use]
    pub fn has_id(&self, id: &str) -> bool {
        id == self.charge.as_str() || self.intent.as_ref().is_some_and(|intent| id == intent.as_str())
    }
}

/// Where a charge stands. Forward only: `pending` → `succeeded` or `failed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChargeStatus {
    /// Not decided (bank debits take days).
    Pending,
    /// Authorised or paid.
    Succeeded,
    /// Refused.
    Failed,
}

/// What a payment says of its order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderReference {
    /// Which rule found it: the metadata key, or `description`.
    pub found_in: String,
    /// The order number that people see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<crate::IncrementId>,
    /// The shop's own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<crate::OrderId>,
    /// Whether it says that the order is of this pair's shop. Another shop behind the same account may number alike.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub of_pair: bool,
}
