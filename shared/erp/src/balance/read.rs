//! What an account holds at a day's end, in one call. For the books, which compare it with Stripe's balance.

use canonical::{AccountCode, Currency, Money};
use jiff::civil::Date;

use crate::{Client, Error};

/// What is on the account in a currency, all days up to this one; a debit is above nothing.
///
/// # Errors
/// As the ERP answers.
pub async fn run(
    client: &Client,
    account: &AccountCode,
    currency: Currency,
    as_of: Date,
) -> Result<Money, Error> {
    client.port().balance(account, currency, as_of).await
}
