//! The ledger's sums.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::state::{Posting, State};
use super::{Outcome, wire};
use crate::ErpSettings;
use crate::problem::Problem;
use crate::reply::Incoming;

/// `GET /balances?account=&as_of=`.
pub(crate) fn balances(state: &State, settings: &ErpSettings, incoming: &Incoming) -> Outcome {
    let as_of = incoming
        .parameter("as_of")
        .map(|text| text.parse::<Date>().map_err(|_| Problem::new(400, "malformed", "`as_of` is a day")));
    let mut rows = sums(state, as_of.transpose()?);
    if let Some(account) = incoming.parameter("account") {
        if !settings.accounts.iter().any(|known| known.code == account) {
            return Err(Problem::new(422, "account_unknown", format!("there is no `{account}`")));
        }
        rows.retain(|row| row["account"] == *account);
    }
    Ok((200, json!({"data": rows})))
}

/// A line of the ERP's ledger, as its own export has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerLine {
    /// The key of the document that posts it.
    pub document: String,
    /// The day.
    pub date: Date,
    /// The account's code.
    pub account: String,
    /// Of the amount.
    pub currency: String,
    /// Debit above nothing, credit below.
    pub amount: Decimal,
    /// The same in the company's currency.
    pub base: Decimal,
    /// The customer, on what customers owe.
    pub party: Option<String>,
}

/// All lines, in the order in which they were posted.
pub(crate) fn lines(state: &State) -> Vec<LedgerLine> {
    let line = |posting: &Posting| {
        let Posting { document, date, account, currency, amount, base, party } = posting.clone();
        LedgerLine { document, date, account, currency, amount, base, party }
    };
    state.ledger.iter().map(line).collect()
}

/// By account and currency; debit above nothing.
pub(crate) fn sums(state: &State, as_of: Option<Date>) -> Vec<Value> {
    let mut sums: BTreeMap<(&str, &str), (Decimal, Decimal)> = BTreeMap::new();
    for posting in state.ledger.iter().filter(|posting| as_of.is_none_or(|day| posting.date <= day)) {
        let sum = sums.entry((&posting.account, &posting.currency)).or_default();
        sum.0 += posting.amount;
        sum.1 += posting.base;
    }
    sums.into_iter()
        .map(|((account, currency), (amount, base))| {
            json!({
                "account": account,
                "balance": wire::as_money(amount, currency),
                "base": base.to_string(),
            })
        })
        .collect()
}
