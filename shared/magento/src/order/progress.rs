//! How far an order is: what `mark_paid` looks at before and after each write.

use canonical::{Currency, Money, OrderId, OrderState};

use super::map::{self, unusable};
use super::wire::WireOrder;
use crate::amount::value;
use crate::{Client, Error, Query};

/// What is asked for.
const FIELDS: &str = "entity_id,increment_id,state,status,order_currency_code,is_virtual,grand_total,total_paid,\
total_due,total_refunded";

/// How far an order is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) id: OrderId,
    pub(super) number: String,
    pub(super) state: OrderState,
    pub(super) status: String,
    pub(super) grand_total: Money,
    pub(super) due: Money,
}

impl Progress {
    /// Reads it; one call.
    pub(super) async fn read(client: &Client, id: OrderId) -> Result<Self, Error> {
        let query = Query::new().with("fields", FIELDS);
        let action = format!("read order {id}");
        let wire: WireOrder = client.get(&action, &format!("/V1/orders/{id}"), &query).await?;
        let currency: Currency = wire
            .order_currency_code
            .parse()
            .map_err(|e: canonical::Error| unusable(&wire, "unknown_currency", e.to_string()))?;
        let money = |amount| {
            Money::rounded(amount, currency).map_err(|e| unusable(&wire, "malformed_amount", e.to_string()))
        };
        Ok(Self {
            id: OrderId::new(wire.entity_id.0),
            number: wire.increment_id.clone(),
            state: map::state(&wire)?,
            status: wire.status.clone().unwrap_or_default(),
            grand_total: money(value(wire.grand_total))?,
            due: money(value(wire.total_due))?,
        })
    }

    /// Whether nothing is open.
    pub(super) fn is_paid(&self) -> bool {
        self.due.is_zero()
    }

    /// Whether a paid order stands where a paid order should: `processing` or further.
    pub(super) fn is_advanced(&self, paid_status: &str) -> bool {
        match self.state {
            OrderState::Processing | OrderState::Complete | OrderState::Closed => true,
            // Magento leaves an order that waited for payment in `new` when it is invoiced: its status is set by a comment.
            OrderState::New => self.status == paid_status,
            OrderState::PendingPayment
            | OrderState::PaymentReview
            | OrderState::Canceled
            | OrderState::Holded => false,
        }
    }
}
