//! The balance as it is now, in one call. For the books, which compare it with what they have posted.
//!
//! Source: <https://docs.stripe.com/api/balance/balance_retrieve>.

use canonical::Totals;
use canonical::stripe_amount::from_stripe;
use serde::Deserialize;

use crate::{Client, Error};

/// What requests are called in logs and errors.
const NAME: &str = "stripe.balance.read";

#[derive(Deserialize)]
struct Balance {
    available: Vec<Row>,
    pending: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    amount: i64,
    currency: String,
}

/// What is there by currency, pending and available together: what payouts are made from.
///
/// # Errors
/// [`Error::Malformed`] names a currency that cannot be read, else as Stripe answers.
pub async fn run(client: &Client) -> Result<Totals, Error> {
    let balance = client.get::<Balance>(NAME, "/v1/balance", &[], None).await?.object;
    let malformed = |source| Error::Malformed { subject: "Stripe's balance".to_owned(), source };
    let rows = balance.available.iter().chain(&balance.pending);
    let amounts = rows.map(|row| from_stripe(row.amount, &row.currency));
    let amounts = amounts.collect::<Result<Vec<_>, _>>().map_err(malformed)?;
    Totals::of(amounts).map_err(malformed)
}
