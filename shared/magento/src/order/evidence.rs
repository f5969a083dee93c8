//! Whether an order that a payment names is really the payment's.
//!
//! A number is what people see, and every shop begins at `000000001`. Where several shops take their payments with one Stripe
//! account, each event reaches all of them: there only what the payment says of the pair, or the order of the payment, is
//! proof. In an account of one shop a number is enough, unless the order was to be paid otherwise. What payment the order names
//! decides nothing there: a customer who tries again pays by another than the shop has noted.

use canonical::Payment;

use super::map::bare_id;
use super::read::recorded;
use super::wire::WireOrder;
use crate::{Client, Error};

/// What the ids of Stripe's payments begin with.
const PAYMENTS: &[&str] = &["pi_", "ch_", "py_"];
/// Characters of what an order says that an error keeps.
const SAID_CHARS_MAX: usize = 60;

/// The order of a number.
///
/// # Errors
/// `found`'s own; [`Error::OfAnotherMethod`] where the order was to be paid otherwise;
/// [`Error::UnrelatedCharge`] where the account is shared and nothing ties the two.
pub(super) async fn of_number(
    client: &Client,
    payment: &Payment,
    found: Result<WireOrder, Error>,
) -> Result<WireOrder, Error> {
    if is_of_pair(payment) {
        return found;
    }
    if client.settings().shares_account {
        return in_shared_account(client, payment, found).await;
    }
    let order = found?;
    let (charge, number) = (payment.charge.to_string(), format!("{:.64}", order.increment_id));
    let allowed = &client.settings().magento.payment_methods;
    let method = order.payment.as_ref().and_then(|payment| payment.method.as_deref()).unwrap_or_default();
    if named(&order).is_some() || allowed.is_empty() || allowed.iter().any(|allowed| allowed == method) {
        return Ok(order);
    }
    let method = canonical::redact(method, SAID_CHARS_MAX);
    Err(Error::OfAnotherMethod { charge, order: number, method })
}

/// The order of an id, which only we write; without the pair's name it may be another shop's as well.
///
/// # Errors
/// [`Error::UnrelatedCharge`] where the account is shared and nothing ties the two.
pub(super) async fn of_id(client: &Client, payment: &Payment, order: WireOrder) -> Result<WireOrder, Error> {
    if is_of_pair(payment) || !client.settings().shares_account {
        return Ok(order);
    }
    in_shared_account(client, payment, Ok(order)).await
}

/// Only an order that names the payment, itself or by its invoices and transactions.
async fn in_shared_account(
    client: &Client,
    payment: &Payment,
    found: Result<WireOrder, Error>,
) -> Result<WireOrder, Error> {
    match found {
        Ok(order) if named(&order).is_some_and(|id| payment.has_id(&id)) => Ok(order),
        Ok(_) | Err(Error::OrderNotFound { .. } | Error::SeveralOrders { .. }) => {
            match recorded(client, payment).await {
                Err(Error::OrderNotFound { .. }) => {
                    Err(Error::UnrelatedCharge { charge: payment.charge.to_string() })
                }
                other => other,
            }
        }
        Err(error) => Err(error),
    }
}

fn is_of_pair(payment: &Payment) -> bool {
    payment.orders.iter().any(|reference| reference.of_pair)
}

/// The payment of Stripe's that an order names.
fn named(order: &WireOrder) -> Option<String> {
    let id = bare_id(order.payment.as_ref()?.last_trans_id.as_deref()?);
    PAYMENTS.iter().any(|prefix| id.starts_with(prefix)).then_some(id)
}
