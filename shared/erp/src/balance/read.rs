//! What an account holds at a day's end, in one call. For the books, which compare it with Stripe's balance.

use canonical::{AccountCode, Currency, Money};
use jiff::civil::Date;
use outbound::rest;
use serde::Deserialize;

use crate::wire::MoneyText;
use crate::{Client, Error};

#[derive(Deserialize)]
struct Page {
    data: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    account: AccountCode,
    balance: MoneyText,
}

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
    let encoded = rest::encoded(account.as_str()).unwrap_or_default();
    let query = format!("?account={encoded}&as_of={as_of}");
    let page: Page =
        client.get("/balances", &query, format!("read the balance of account {account}")).await?;
    let of_it = page.data.into_iter().filter(|row| row.account == *account);
    let found = of_it.map(|row| row.balance.0).find(|balance| balance.currency() == currency);
    Ok(found.unwrap_or(Money::zero(currency)))
}
