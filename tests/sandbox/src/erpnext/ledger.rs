//! The general ledger, and what follows from it: what is open of an invoice, what an account holds.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::chart::account;
use super::store::{Doc, Store, sent, text};
use super::{Refusal, Write};

/// A line that is to be posted: a debit above nothing.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) account: String,
    /// In the account's currency.
    pub(super) amount: Decimal,
    /// In the company's.
    pub(super) base: Decimal,
    pub(super) party: Option<String>,
    /// The invoice that it settles, or makes.
    pub(super) against: Option<String>,
    pub(super) cost_center: String,
}

impl Entry {
    pub(super) fn new(account: &str, amount: Decimal, base: Decimal) -> Self {
        let (party, against, cost_center) = (None, None, String::new());
        Self { account: account.to_owned(), amount, base, party, against, cost_center }
    }
}

/// A GL entry.
#[derive(Debug)]
pub(super) struct Gl {
    date: Date,
    voucher: String,
    currency: String,
    entry: Entry,
    is_cancelled: bool,
}

/// Posts all lines of a document, or none.
pub(super) fn post(write: &mut Write<'_>, doc: &Doc, entries: Vec<Entry>) -> Result<(), Refusal> {
    let date: Date = text(doc, "posting_date").parse().map_err(|_| Refusal::validation("Invalid Date"))?;
    if write.settings.frozen_until.parse().is_ok_and(|frozen: Date| date <= frozen) {
        let message =
            format!("You are not authorized to add or update entries before {}", write.settings.frozen_until);
        return Err(Refusal::validation(message));
    }
    let mut lines = Vec::new();
    for entry in entries {
        let kept = account(write.settings, &entry.account, "")?;
        if kept.is_of_profit_and_loss() && entry.cost_center.is_empty() && !entry.base.is_zero() {
            let message = format!(
                "{}: Cost Center is required for 'Profit and Loss' account <strong>{}</strong>",
                text(doc, "name"),
                kept.name
            );
            return Err(Refusal::validation(message));
        }
        let (voucher, currency) = (text(doc, "name").to_owned(), kept.account_currency.clone());
        lines.push(Gl { date, voucher, currency, entry, is_cancelled: false });
    }
    let sum: Decimal = lines.iter().map(|line| line.entry.base).sum();
    if !sum.is_zero() {
        return Err(Refusal::validation(format!("Debit and Credit not equal. Difference is {sum}.")));
    }
    write.store.ledger.extend(lines);
    Ok(())
}

/// Takes a document's lines back.
pub(super) fn cancel(store: &mut Store, voucher: &str) {
    store.ledger.iter_mut().filter(|line| line.voucher == voucher).for_each(|line| line.is_cancelled = true);
}

/// A customer's entries are all in one currency.
pub(super) fn check_party(write: &Write<'_>, party: &str, currency: &str) -> Result<(), Refusal> {
    let of_party = |line: &&Gl| !line.is_cancelled && line.entry.party.as_deref() == Some(party);
    match write.store.ledger.iter().find(of_party) {
        Some(line) if line.currency != currency => {
            let message = format!(
                "Accounting Entry for Customer: {party} can only be made in currency: {}",
                line.currency
            );
            Err(Refusal::new(417, "InvalidAccountCurrency", message))
        }
        _ => Ok(()),
    }
}

/// What is open of an invoice, in its account's currency; below nothing of a return.
pub(super) fn outstanding(store: &Store, invoice: &str) -> Decimal {
    let of_it = |line: &&Gl| !line.is_cancelled && line.entry.against.as_deref() == Some(invoice);
    store.ledger.iter().filter(of_it).map(|line| line.entry.amount).sum()
}

/// A document as it is read: an invoice with what is open of it.
pub(super) fn shown(store: &Store, doc: &Doc) -> Value {
    let mut doc = doc.clone();
    if text(&doc, "doctype") == "Sales Invoice" {
        let open = outstanding(store, text(&doc, "name"));
        doc.insert("outstanding_amount".to_owned(), sent(open));
    }
    Value::Object(doc)
}

/// `erpnext.accounts.utils.get_balance_on`, in the account's currency.
pub(super) fn balance_on(store: &Store, account: &str, day: Option<Date>) -> Value {
    let counts = |line: &&Gl| {
        !line.is_cancelled && line.entry.account == account && day.is_none_or(|day| line.date <= day)
    };
    sent(store.ledger.iter().filter(counts).map(|line| line.entry.amount).sum())
}

/// All that stands, for tests.
pub(super) fn rows(store: &Store) -> Vec<Value> {
    let standing = store.ledger.iter().filter(|line| !line.is_cancelled);
    let row = |line: &Gl| {
        json!({
            "posting_date": line.date.to_string(),
            "voucher_no": line.voucher,
            "account": line.entry.account,
            "account_currency": line.currency,
            "amount_in_account_currency": line.entry.amount.to_string(),
            "amount": line.entry.base.to_string(),
            "party": line.entry.party,
            "against_voucher": line.entry.against,
        })
    };
    standing.map(row).collect()
}
