//! `books.day.audit`: whether each account that mirrors something is what it mirrors, at a day's end and in each currency: clearing
//! Stripe's balance, transit the payouts that have not arrived, disputes what the open ones hold.

use books::Role;
use books::audit::Difference;
use canonical::{AccountCode, Currency, Money};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{clearing, in_dispute, in_transit};
use crate::{Client, Error};

/// The action's name.
pub const NAME: &str = "books.day.audit";

/// What is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The day, in the company's time zone; it is over.
    #[schemars(with = "String")]
    pub day: Date,
}

/// Nothing differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Output {
    /// The day.
    #[schemars(with = "String")]
    pub day: Date,
    /// What Stripe's balance and its mirror were at its end, by currency.
    pub balances: Vec<Money>,
    /// What payouts had on the way, by currency.
    pub in_transit: Vec<Money>,
    /// What open disputes held, by currency.
    pub in_dispute: Vec<Money>,
}

/// Compares.
///
/// # Errors
/// [`Error::Differs`] names the first that does; [`Error::Moving`]; an account that is missing; or as the systems answer.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let Input { day } = input;
    Ok(Output {
        day,
        balances: clearing::compared(&client, day).await?,
        in_transit: in_transit::compared(&client, day).await?,
        in_dispute: in_dispute::compared(&client, day).await?,
    })
}

/// The accounts of a kind, by currency.
pub(super) fn accounts(
    client: &Client,
    is_of: fn(&Role) -> Option<Currency>,
) -> Vec<(Currency, AccountCode)> {
    let all = client.ledger.chart.accounts();
    all.filter_map(|(role, code)| Some((is_of(role)?, code.clone()))).collect()
}

/// What the ERP has on an account at a day's end.
pub(super) async fn in_books(
    client: &Client,
    account: &AccountCode,
    currency: Currency,
    day: Date,
) -> Result<Money, Error> {
    Ok(erp::balance::read::run(&client.erp, account, currency, day).await?)
}

/// Nothing, or what differs.
pub(super) fn told(account: AccountCode, found: Option<Difference>) -> Result<(), Error> {
    let Some(found) = found else { return Ok(()) };
    let too_much = found.ours.checked_sub(found.theirs)?;
    Err(Error::Differs { account, found: Box::new(found), too_much })
}
