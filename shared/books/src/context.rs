//! What else has to be known of a movement, beside itself, to post it.

use canonical::{BalanceTransaction, IncrementId, Money, NaturalKey, PaymentIntentId, PayoutId, Rate};
use serde::{Deserialize, Serialize};

/// A movement and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The movement.
    pub transaction: BalanceTransaction,
    /// What is known of it.
    #[serde(default)]
    pub context: Context,
}

/// What is known of a movement. Where something is absent that the rule needs, the money goes to suspense and an exception says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// The order of this pair's shop. Without one, a payment or refund is foreign: another shop's on the same account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<IncrementId>,
    /// The payment intent, by which the shop may know the payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<PaymentIntentId>,
    /// The customer's key in the ERP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<NaturalKey>,
    /// What the customer owes less, or more, by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receivable: Option<Receivable>,
    /// What of a charge was taken, where that is less than was authorised: so much the shop has invoiced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<Money>,
    /// Whether its gross is booked in suspense, because the ERP had no such order then; whatever has become of it since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_suspense: bool,
    /// Where its dispute stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute: Option<DisputeState>,
    /// What stands on the account that it settles: withdrawn by the dispute, or in transit by the payout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
    /// The payout that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payout: Option<PayoutId>,
    /// What of it another document has booked.
    #[serde(default)]
    pub elsewhere: Elsewhere,
}

impl Context {
    /// What the customer of an order owes less, or more, by its posting; a payment or a refund without it goes to suspense.
    #[must_use]
    pub fn owed(&self) -> Option<Receivable> {
        self.receivable.filter(|_| self.order.is_some() && !self.in_suspense)
    }
}

/// What of a movement another document books: a payment document of the ERP may have a charge's gross, with its fee or without.
/// That part is not posted again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Elsewhere {
    /// Nothing: gross and fee are posted.
    #[default]
    Nothing,
    /// The gross: its fee is posted.
    Gross,
    /// The fee: the gross is posted.
    Fee,
    /// All: nothing is posted.
    All,
}

/// What a payment or refund is to the customer's account. Neither amount has a sign: the movement has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receivable {
    /// In the order's currency: what the customer was charged or paid back.
    pub amount: Money,
    /// In the company's, at the rate of the ERP's own document.
    pub base: Money,
}

/// What an earlier posting has left on an account. Neither amount has a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// In the settlement currency.
    pub amount: Money,
    /// In the company's, as it was posted.
    pub base: Money,
    /// Stripe's rate between the customer's currency and the settlement's, of the movement that was posted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_rate: Option<Rate>,
}

/// Where a dispute stands when money comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeState {
    /// Not decided.
    Open,
    /// For the merchant.
    Won,
    /// For the customer: the loss is booked.
    Lost,
}
