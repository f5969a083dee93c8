//! The chart of accounts. An account is kept in one currency, and what is sent for it is taken to be in that one, whatever it was
//! meant in: so it is looked at before anything is posted.

use std::collections::{BTreeMap, BTreeSet};

use canonical::{AccountCode, Currency, Money};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;

use super::desk::{Desk, Named};
use super::errors;
use super::number::Number;
use super::site::Site;
use crate::Error;

const DOCTYPE: &str = "Account";

#[derive(Deserialize)]
struct Kept {
    name: String,
    account_currency: Currency,
}

/// Whether each account is there and kept in the currency.
pub(super) async fn check(
    desk: &Desk,
    wanted: &[(&AccountCode, Currency)],
    action: &str,
) -> Result<(), Error> {
    let names: BTreeSet<&str> = wanted.iter().map(|(account, _)| account.as_str()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let found: Vec<Kept> = desk.list_in(DOCTYPE, "name", &names, &["name", "account_currency"]).await?;
    let found: BTreeMap<String, Currency> =
        found.into_iter().map(|row| (row.name, row.account_currency)).collect();
    for (index, (account, currency)) in wanted.iter().enumerate() {
        let path = Some(format!("/lines/{index}/account"));
        match found.get(account.as_str()) {
            None => {
                let detail = format!("there is no account {account}");
                return Err(errors::ours(action.to_owned(), "account_unknown", detail, path));
            }
            Some(kept) if kept != currency => {
                let detail =
                    format!("account {account} is kept in {kept}, and {currency} was to be booked on it");
                return Err(errors::ours(action.to_owned(), "account_currency", detail, path));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// The names of all accounts that entries are made on.
pub(super) async fn names(desk: &Desk, site: &Site) -> Result<BTreeSet<String>, Error> {
    let filters = [json!(["company", "=", site.company]), json!(["is_group", "=", 0])];
    let rows: Vec<Named> = desk.list(DOCTYPE, &filters, &["name"]).await?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

/// What an account holds at a day's end, in the currency that it is kept in; in any other it holds nothing.
pub(super) async fn balance(
    desk: &Desk,
    site: &Site,
    account: &AccountCode,
    currency: Currency,
    as_of: Date,
) -> Result<Money, Error> {
    let account = site.theirs(account, currency);
    let action = format!("read the balance of account {account}");
    match check(desk, &[(account, currency)], &action).await {
        Err(error) if error.code() == "account_currency" => return Ok(Money::zero(currency)),
        other => other?,
    }
    let day = as_of.to_string();
    let arguments =
        [("account", account.as_str()), ("date", day.as_str()), ("company", site.company.as_str())];
    let held: Number = desk.ask("erpnext.accounts.utils.get_balance_on", &arguments, action).await?;
    held.money(currency)
        .map_or_else(|| Money::exact(held.0, currency).map_err(|source| Error::Unsound { source }), Ok)
}
