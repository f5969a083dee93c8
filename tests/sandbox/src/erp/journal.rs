//! Journals: they balance in the company's currency, or they are refused.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::document::{Document, Kind};
use super::state::{Posting, State};
use super::wire;
use crate::problem::Problem;
use crate::{AccountKind, ErpSettings};

/// Checks a journal.
pub(crate) fn check(
    state: &State,
    settings: &ErpSettings,
    content: &Value,
) -> Result<Map<String, Value>, Problem> {
    let date = wire::date(content, "date", "")?;
    state.check_open(date, "/date")?;
    wire::text(content, "memo", "")?;
    let postings = postings(state, settings, content, date)?;
    let base: Decimal = postings.iter().map(|posting| posting.base).sum();
    if !base.is_zero() {
        let detail = format!("debit and credit differ by {base}");
        let difference = wire::as_money(base, &settings.company_currency);
        return Err(Problem::new(422, "unbalanced", detail).with("difference", difference));
    }
    let single = postings.first().filter(|one| postings.iter().all(|other| other.currency == one.currency));
    let sum: Decimal = postings.iter().map(|posting| posting.amount).sum();
    if let Some(one) = single.filter(|_| !sum.is_zero()) {
        let detail = format!("debit and credit differ by {sum}");
        return Err(
            Problem::new(422, "unbalanced", detail).with("difference", wire::as_money(sum, &one.currency))
        );
    }
    Ok(Map::new())
}

fn postings(
    state: &State,
    settings: &ErpSettings,
    content: &Value,
    date: Date,
) -> Result<Vec<Posting>, Problem> {
    let rows = wire::rows(content, "lines", "")?;
    if rows.len() < 2 {
        return Err(Problem::field("/lines", "lines_required", "a journal has two lines at least"));
    }
    rows.iter()
        .enumerate()
        .map(|(index, row)| posting(state, settings, row, &format!("/lines/{index}"), date))
        .collect()
}

fn posting(
    state: &State,
    settings: &ErpSettings,
    row: &Value,
    at: &str,
    date: Date,
) -> Result<Posting, Problem> {
    let code = wire::text(row, "account", at)?;
    let account = settings.accounts.iter().find(|known| known.code == code).ok_or_else(|| {
        Problem::field(format!("{at}/account"), "account_unknown", format!("there is no `{code}`"))
    })?;
    let currency = wire::currency(row, at)?;
    let amount = match (side(row, "debit", at, currency)?, side(row, "credit", at, currency)?) {
        (Some(debit), None) => debit,
        (None, Some(credit)) => -credit,
        _ => {
            return Err(Problem::field(
                at,
                "debit_or_credit",
                "a line has a debit or a credit above 0, not both",
            ));
        }
    };
    let party = row.get("party_key").and_then(Value::as_str);
    match account.kind {
        AccountKind::Receivable if party.is_none() => {
            return Err(Problem::field(
                format!("{at}/party_key"),
                "party_required",
                format!("`{code}` needs it"),
            ));
        }
        AccountKind::Income | AccountKind::Expense
            if row.get("cost_center").and_then(Value::as_str).is_none() =>
        {
            let at = format!("{at}/cost_center");
            return Err(Problem::field(at, "cost_center_required", format!("`{code}` needs it")));
        }
        _ => {}
    }
    if let Some(party) = party.filter(|party| state.find(Kind::Customer, party).is_none()) {
        return Err(Problem::field(
            format!("{at}/party_key"),
            "customer_unknown",
            format!("there is no `{party}`"),
        ));
    }
    let rate = super::order::rate(row, currency, settings)?;
    let base = wire::round(amount * rate, &settings.company_currency);
    Ok(Posting {
        document: String::new(),
        date,
        account: code.to_owned(),
        currency: currency.to_owned(),
        amount,
        base,
        party: party.map(str::to_owned),
    })
}

/// A side of a line: money, or its amount alone since the line names the currency.
fn side(row: &Value, name: &str, at: &str, currency: &str) -> Result<Option<Decimal>, Problem> {
    let amount = match row.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => wire::exact(text, currency, &format!("{at}/{name}"))?,
        Some(_) => wire::money(row, name, at, currency)?,
    };
    Ok(Some(amount).filter(|amount| *amount > Decimal::ZERO))
}

/// Posts it; one that has been reversed was posted twice, the second time with its signs turned.
pub(crate) fn book(state: &mut State, settings: &ErpSettings, document: &Document) -> Result<(), Problem> {
    let date = wire::date(&document.content, "date", "")?;
    let postings = postings(state, settings, &document.content, date)?;
    let of_it = |posting| Posting { document: document.key.clone(), ..posting };
    state.ledger.extend(postings.into_iter().map(of_it));
    Ok(())
}

/// The same with debit and credit exchanged.
pub(crate) fn turned(content: &Value, date: &str) -> Value {
    let mut turned = content.clone();
    turned["date"] = Value::String(date.to_owned());
    for row in turned["lines"].as_array_mut().into_iter().flatten() {
        if let Value::Object(members) = row {
            let (debit, credit) = (members.remove("debit"), members.remove("credit"));
            members.extend(debit.map(|value| ("credit".to_owned(), value)));
            members.extend(credit.map(|value| ("debit".to_owned(), value)));
        }
    }
    turned
}
