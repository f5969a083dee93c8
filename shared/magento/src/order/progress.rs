//! How far an order is: what `mark_paid` looks at before and after each write.

use canonical::{Money, OrderId, OrderState};

use super::map::{self, Totals};
use super::wire::WireOrder;
use crate::{Client, Error, Query};

/// What is asked for.
const FIELDS: &str =
    "entity_id,increment_id,state,status,order_currency_code,grand_total,total_paid,total_due,total_canceled";

/// How far an order is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) id: OrderId,
    pub(super) number: String,
    pub(super) state: OrderState,
    pub(super) status: String,
    pub(super) grand_total: Money,
    pub(super) paid: Money,
    pub(super) due: Money,
    /// What was given up of it. Magento goes on to count it as due.
    pub(super) canceled: Money,
}

impl Progress {
    /// Reads it; one call.
    pub(super) async fn read(client: &Client, id: OrderId) -> Result<Self, Error> {
        let query = Query::new().with("fields", FIELDS);
        let action = format!("read order {id}");
        let wire: WireOrder = client.get(&action, &format!("/V1/orders/{id}"), &query).await?;
        Self::of(id, &wire)
    }

    /// How far the order that was read is.
    pub(super) fn of(id: OrderId, wire: &WireOrder) -> Result<Self, Error> {
        let totals = Totals::of(wire, map::currency(wire)?)?;
        Ok(Self {
            id,
            number: wire.increment_id.clone(),
            state: map::state(wire)?,
            status: wire.status.clone().unwrap_or_default(),
            grand_total: totals.grand_total,
            paid: totals.paid,
            due: totals.due,
            canceled: totals.canceled,
        })
    }

    /// Whether nothing is open.
    pub(super) fn is_paid(&self) -> bool {
        self.due.is_zero() || self.due.is_negative()
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

    /// An order on hold, cancelled, in review or paid back is for a person, whatever is due on it.
    ///
    /// # Errors
    /// [`Error::OrderState`], which says what to do.
    pub(super) fn in_reach(&self) -> Result<(), Error> {
        let (state, code, remedy) = match self.state {
            OrderState::Canceled => {
                ("cancelled", "order_canceled", "refund the payment, or place the order again")
            }
            OrderState::Holded => ("on hold", "order_on_hold", "take it off hold, then replay"),
            OrderState::PaymentReview => {
                ("in payment review", "order_in_review", "decide the review, then replay")
            }
            OrderState::Closed => {
                ("closed", "order_closed", "it was paid back; check the refund, then discard")
            }
            OrderState::New | OrderState::PendingPayment | OrderState::Processing | OrderState::Complete => {
                return Ok(());
            }
        };
        Err(Error::OrderState { order: self.number.clone(), state, code, remedy })
    }

    /// Before it is invoiced: nothing of it may be cancelled. Magento cancels what is left beside a part that was invoiced, but not the
    /// children of a bundle, and an invoice of "all that is open" then comes to more than the order's total.
    ///
    /// # Errors
    /// [`Error::NotConverged`]
    pub(super) fn uncanceled(&self) -> Result<(), Error> {
        if self.canceled.is_zero() {
            return Ok(());
        }
        let problem = format!(
            "{} of {} is still due, and {} of it was cancelled; look at its invoices, then replay",
            self.due, self.grand_total, self.canceled
        );
        Err(Error::NotConverged { order: self.number.clone(), code: "invoice_incomplete", problem })
    }

    /// After it was to be invoiced: nothing may be open, and not more than its total be paid. An invoice of 0.00 is an
    /// answer that Magento gives (seen on 2.4.5); two invoices for one row happen where it does not lock the order
    /// (issue 10396 of magento/magento2).
    ///
    /// # Errors
    /// [`Error::NotConverged`]
    pub(super) fn settled(&self) -> Result<(), Error> {
        let (code, problem) = if !self.is_paid() {
            ("invoice_incomplete", format!("{} of {} is still due", self.due, self.grand_total))
        } else if self.paid > self.grand_total {
            ("invoiced_too_much", format!("{} is invoiced of {}", self.paid, self.grand_total))
        } else {
            return Ok(());
        };
        let problem = format!("{problem}; look at its invoices, then replay");
        Err(Error::NotConverged { order: self.number.clone(), code, problem })
    }
}
