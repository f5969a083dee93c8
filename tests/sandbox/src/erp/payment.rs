//! Payments: money in or out, matched to invoices.

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::document::{Document, Kind};
use super::state::{Posting, State};
use super::{order, wire};
use crate::ErpSettings;
use crate::problem::Problem;

/// Checks a payment.
pub(crate) fn check(
    state: &State,
    settings: &ErpSettings,
    content: &Value,
) -> Result<Map<String, Value>, Problem> {
    let direction = wire::text(content, "direction", "")?;
    if !matches!(direction, "in" | "out") {
        return Err(Problem::field("/direction", "direction_unknown", "`direction` is in or out"));
    }
    let customer = wire::text(content, "customer_key", "")?;
    if state.find(Kind::Customer, customer).is_none() {
        return Err(Problem::field("/customer_key", "customer_unknown", format!("there is no `{customer}`")));
    }
    let account = wire::text(content, "account", "")?;
    if !settings.accounts.iter().any(|known| known.code == account) {
        return Err(Problem::field("/account", "account_unknown", format!("there is no `{account}`")));
    }
    wire::text(content, "reference", "")?;
    state.check_open(wire::date(content, "date", "")?, "/date")?;
    let (amount, currency) = amount(content)?;
    order::rate(content, &currency, settings)?;
    let mut allocated = Decimal::ZERO;
    for (index, row) in wire::rows(content, "allocations", "")?.iter().enumerate() {
        let at = format!("/allocations/{index}");
        let key = wire::text(row, "invoice_key", &at)?;
        let invoice = state.find(Kind::Invoice, key).ok_or_else(|| {
            Problem::field(format!("{at}/invoice_key"), "invoice_unknown", format!("there is no `{key}`"))
        })?;
        let part = wire::money(row, "amount", &at, &currency)?;
        let total = wire::decimal(&invoice.computed["total"]["amount"]).unwrap_or_default();
        if part + settled(state, key) > total {
            let detail = format!("`{key}` is over {total}");
            return Err(Problem::field(format!("{at}/amount"), "over_allocated", detail));
        }
        allocated += part;
    }
    if allocated > amount {
        let detail = format!("{allocated} of {amount} are allocated");
        return Err(Problem::new(422, "over_allocated", detail));
    }
    Ok(Map::new())
}

fn amount(content: &Value) -> Result<(Decimal, String), Problem> {
    let currency = wire::currency(wire::member(content, "amount", "")?, "/amount")?.to_owned();
    let amount = wire::money(content, "amount", "", &currency)?;
    if amount <= Decimal::ZERO {
        return Err(Problem::field("/amount/amount", "amount_invalid", "a payment is above 0"));
    }
    Ok((amount, currency))
}

/// What earlier payments settled of an invoice.
fn settled(state: &State, key: &str) -> Decimal {
    state
        .documents(Kind::Payment)
        .flat_map(|payment| payment.content["allocations"].as_array().into_iter().flatten())
        .filter(|row| row["invoice_key"] == key)
        .filter_map(|row| wire::decimal(&row["amount"]["amount"]))
        .sum()
}

/// In: Dr the account / Cr receivable. Out: the other way round.
pub(crate) fn book(state: &mut State, settings: &ErpSettings, document: &Document) -> Result<(), Problem> {
    let (amount, currency) = amount(&document.content)?;
    let rate = order::rate(&document.content, &currency, settings)?;
    let date = wire::date(&document.content, "date", "")?;
    let sign = if document.content["direction"] == "in" { Decimal::ONE } else { -Decimal::ONE };
    let account = document.content["account"].as_str().unwrap_or_default().to_owned();
    for (account, amount) in [(account, sign * amount), ("1200".to_owned(), -sign * amount)] {
        let base = wire::round(amount * rate, &settings.company_currency);
        state.ledger.push(Posting { date, account, currency: currency.clone(), amount, base });
    }
    Ok(())
}
