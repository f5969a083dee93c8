//! Payments: money in or out, matched to invoices and credit notes.

use std::collections::HashMap;

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
    let mut matched: HashMap<&str, Decimal> = HashMap::new();
    for (index, row) in wire::rows(content, "allocations", "")?.iter().enumerate() {
        let at = format!("/allocations/{index}");
        let key = wire::text(row, "invoice_key", &at)?;
        let invoice = state.find(Kind::Invoice, key).ok_or_else(|| {
            Problem::field(format!("{at}/invoice_key"), "invoice_unknown", format!("there is no `{key}`"))
        })?;
        let part = wire::money(row, "amount", &at, &currency)?;
        if part <= Decimal::ZERO {
            return Err(Problem::field(
                format!("{at}/amount"),
                "amount_invalid",
                "what is matched is above 0",
            ));
        }
        let total = wire::decimal(&invoice.computed["total"]["amount"]).unwrap_or_default();
        let settled = matched.entry(key).or_insert_with(|| settled(state, invoice));
        *settled += effect(invoice, direction, part);
        if *settled > total || *settled < Decimal::ZERO {
            let detail = format!("`{key}` is over {total}: {settled} would be settled of it");
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

/// What earlier payments settled of an invoice or a credit note.
fn settled(state: &State, invoice: &Document) -> Decimal {
    let of_payment = |payment: &Document| -> Decimal {
        let rows = payment.content["allocations"].as_array().into_iter().flatten();
        let parts = rows.filter(|row| row["invoice_key"] == invoice.key.as_str());
        let sum = parts.filter_map(|row| wire::decimal(&row["amount"]["amount"])).sum();
        effect(invoice, payment.content["direction"].as_str().unwrap_or_default(), sum)
    };
    state.linked(Kind::Payment, &invoice.key).map(of_payment).sum()
}

/// What comes in settles an invoice, and what goes out a credit note. The other way round it is open again: a debit that bounced,
/// a refund that failed.
fn effect(invoice: &Document, direction: &str, part: Decimal) -> Decimal {
    let is_credit = invoice.content["kind"] == "credit_note";
    if is_credit == (direction == "out") { part } else { -part }
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
        let party =
            document.content["customer_key"].as_str().filter(|_| account == "1200").map(str::to_owned);
        let (document, currency) = (document.key.clone(), currency.clone());
        state.ledger.push(Posting { document, date, account, currency, amount, base, party });
    }
    Ok(())
}
