//! Why no credit memo is made.

use canonical::{NaturalKey, OrderState, Payment, Refund};
use flow::Class;

use super::super::invoice;
use super::creditable::Creditable;
use super::ledger::stands;
use crate::{Client, Error};

/// Characters of another's transaction id that are shown.
const TRANSACTION_CHARS_MAX: usize = 60;

/// What a refund must be for a memo.
///
/// # Errors
/// [`Error::NotConverged`]
pub(super) fn refund(order: &Creditable, refund: &Refund) -> Result<(), Error> {
    if !stands(refund) {
        let problem = format!(
            "refund {} is {}: no money went back, so that nothing is to be credited; discard",
            refund.refund, refund.status
        );
        return Err(order.wrong("refund_not_standing", problem));
    }
    if refund.amount.currency() == order.currency {
        return Ok(());
    }
    let problem = format!(
        "it is in {}, refund {} is of {}; credit it by hand, with the refund's comment, then replay",
        order.currency, refund.refund, refund.amount
    );
    Err(order.wrong("currency_differs", problem))
}

/// Whether an order in its state can be credited at all.
///
/// # Errors
/// [`Error::OrderState`] and [`Error::NotConverged`], which say what to do.
pub(super) fn state(order: &Creditable, refund: &Refund, marker: &NaturalKey) -> Result<(), Error> {
    let (state, code, remedy) = match order.state {
        OrderState::Canceled => (
            "cancelled",
            "order_canceled",
            "nothing of it is invoiced, so that nothing is to be credited; discard",
        ),
        OrderState::Holded => ("on hold", "order_on_hold", "take it off hold, then replay"),
        OrderState::PaymentReview => {
            ("in payment review", "order_in_review", "decide the review, then replay")
        }
        OrderState::Closed => {
            let problem = format!(
                "it is closed, all of it is credited, and no credit memo names refund {}: write the comment {marker} on the one that \
                 is its own, then replay; or discard",
                refund.refund
            );
            return Err(order.wrong("order_closed", problem));
        }
        OrderState::New | OrderState::PendingPayment | OrderState::Processing | OrderState::Complete => {
            return Ok(());
        }
    };
    Err(Error::OrderState { order: order.number(), state, code, remedy })
}

/// Whether so much is invoiced and not credited. A refund's event may come before the order's invoice is made.
///
/// # Errors
/// [`Error::NotYet`] where more may be invoiced, [`Error::NotConverged`] where all is.
pub(super) fn unpaid(order: &Creditable, refund: &Refund) -> Result<(), Error> {
    let left = order.money(order.left)?;
    let short = refund.amount.to_decimal() - left.to_decimal();
    if short <= order.slack(false) && !order.paid.is_zero() {
        return Ok(());
    }
    let problem = format!(
        "of {} {} is invoiced and {left} of that not credited, refund {} is of {}",
        order.grand_total, order.paid, refund.refund, refund.amount
    );
    if order.paid.minor() < order.grand_total.minor() {
        return Err(order.not_yet("not_invoiced_yet", problem));
    }
    Err(order.wrong("memo_above_paid", format!("{problem}; credit the rest in the ERP, then discard")))
}

/// Whether another payment paid it: then it is not this charge's money that its invoices are about. One call.
///
/// # Errors
/// [`Error::NotConverged`], or as Magento answers.
pub(super) async fn payment(client: &Client, order: &Creditable, payment: &Payment) -> Result<(), Error> {
    let invoices = invoice::of_order(client, order.id).await?;
    let paid = || invoices.iter().filter(|invoice| invoice.is_paid());
    if paid().any(|invoice| invoice.names(payment)) {
        return Ok(());
    }
    let Some(other) = paid().find_map(|invoice| invoice.names_another(payment)) else { return Ok(()) };
    let problem = format!(
        "its invoice names the payment {}, what went back is of charge {}: nothing of it is to be credited; if it was paid twice \
         and the other is kept, discard",
        canonical::redact(&other, TRANSACTION_CHARS_MAX),
        payment.charge
    );
    Err(order.wrong("paid_by_another_payment", problem))
}

/// What a refusal of Magento's means, where nothing that can be read explains it.
pub(super) fn refused(order: &Creditable, error: Error) -> Error {
    match &error {
        Error::Refused { status: 400, class: Class::Validation, message, .. }
            if message.contains("create a creditmemo without products") =>
        {
            let problem = "this version takes no credit memo without rows where no shipping is left; make one by hand, with the \
                           refund's comment, then replay";
            order.wrong("memo_needs_rows", problem.to_owned())
        }
        _ => error,
    }
}
