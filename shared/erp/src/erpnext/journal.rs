//! Journal entries, made and submitted in one request (what is refused: `erpnext/accounts/doctype/journal_entry/journal_entry.py`).

use std::collections::BTreeMap;

use canonical::{AccountCode, Currency, Direction, Money, NaturalKey, Rate};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::desk::Desk;
use super::invoice::state;
use super::number::Number;
use super::site::Site;
use super::{accounts, errors, keys, order};
use crate::Error;
use crate::document::{Document, Kind};
use crate::wire::{self, MoneyText};

const DOCTYPE: &str = keys::doctype(Kind::Journal);

#[derive(Serialize)]
struct New<'a> {
    voucher_type: &'static str,
    company: &'a str,
    custom_tb_key: &'a NaturalKey,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_tb_content: Option<String>,
    posting_date: Date,
    cheque_no: &'a str,
    cheque_date: Date,
    user_remark: &'a str,
    multi_currency: u8,
    accounts: Vec<Row>,
    docstatus: u8,
}

#[derive(Serialize, Deserialize)]
struct Row {
    account: AccountCode,
    #[serde(default, skip_serializing)]
    account_currency: Option<Currency>,
    #[serde(default)]
    debit_in_account_currency: Number,
    #[serde(default)]
    credit_in_account_currency: Number,
    #[serde(default)]
    exchange_rate: Number,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    party_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    party: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cost_center: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_remark: Option<String>,
}

#[derive(Deserialize)]
struct Theirs {
    name: String,
    docstatus: u8,
    posting_date: String,
    accounts: Vec<Row>,
    #[serde(default)]
    custom_tb_content: Option<String>,
}

/// Books a journal, unless the key has one.
pub(super) async fn put(
    desk: &Desk,
    site: &Site,
    key: &NaturalKey,
    journal: &wire::Journal,
) -> Result<(Document, bool), Error> {
    if let Some(there) = of_key(desk, site, key).await?.into_iter().next() {
        return Ok((there, false));
    }
    let action = format!("put {} {key}", Kind::Journal);
    let parties: Vec<&str> =
        journal.lines.iter().filter_map(|line| line.party_key.as_ref()).map(NaturalKey::as_str).collect();
    let customers = keys::names_of(desk, Kind::Customer, &parties).await?;
    let kept: Vec<(&AccountCode, Currency)> =
        journal.lines.iter().map(|line| (site.theirs(&line.account, line.currency), line.currency)).collect();
    accounts::check(desk, &kept, &action).await?;
    let mut rows = Vec::new();
    for (index, line) in journal.lines.iter().enumerate() {
        let customer = match &line.party_key {
            Some(party) => Some(customers.get(party.as_str()).cloned().ok_or_else(|| {
                let path = Some(format!("/lines/{index}/party_key"));
                errors::ours(
                    action.clone(),
                    "customer_unknown",
                    format!("there is no customer {party}"),
                    path,
                )
            })?),
            None => None,
        };
        rows.push(Row {
            account: site.theirs(&line.account, line.currency).clone(),
            account_currency: None,
            debit_in_account_currency: line.debit.map(|side| Number::of(side.0)).unwrap_or_default(),
            credit_in_account_currency: line.credit.map(|side| Number::of(side.0)).unwrap_or_default(),
            exchange_rate: order::rate(site, line.currency, line.exchange_rate)?,
            party_type: customer.as_ref().map(|_| "Customer".to_owned()),
            party: customer,
            reference_type: None,
            reference_name: None,
            cost_center: line.cost_center.clone(),
            user_remark: line.reference.clone(),
        });
    }
    let new = new(site, key, rows, (journal.date, &journal.memo), kept.iter().map(|(_, currency)| *currency));
    match desk.insert::<Theirs>(DOCTYPE, &new, action).await {
        Ok(made) => Ok((document(desk, site, made).await?, true)),
        Err(error) if errors::is_taken(&error) => {
            let there = of_key(desk, site, key).await?.into_iter().next();
            there.map(|document| (document, false)).ok_or(error)
        }
        Err(error) => Err(error),
    }
}

fn new<'a>(
    site: &'a Site,
    key: &'a NaturalKey,
    accounts: Vec<Row>,
    (date, memo): (Date, &'a str),
    mut currencies: impl Iterator<Item = Currency>,
) -> New<'a> {
    New {
        voucher_type: "Journal Entry",
        company: &site.company,
        custom_tb_key: key,
        custom_tb_content: None,
        posting_date: date,
        // The id of what is booked: `po_9` of `tb:acct_1:payout:po_9`.
        cheque_no: key.as_str().rsplit(':').next().unwrap_or(key.as_str()),
        cheque_date: date,
        user_remark: memo,
        multi_currency: u8::from(currencies.any(|currency| currency != site.settings.currency)),
        accounts,
        docstatus: 1,
    }
}

/// A payment that ERPNext has no form for: between the customer and the account, with what it was made of. `paid`: the names of what
/// it is for. An invoice that a debit names is open again; what a credit names would have to be open, so it names none.
pub(super) async fn put_payment(
    desk: &Desk,
    site: &Site,
    key: &NaturalKey,
    payment: &wire::Payment,
    customer: &str,
    paid: &[&str],
) -> Result<(Document, bool), Error> {
    let action = format!("put {} {key}", Kind::Payment);
    let currency = payment.amount.0.currency();
    let owed = site.receivable(currency)?;
    accounts::check(desk, &[(&payment.account, currency), (owed, currency)], &action).await?;
    let rate = order::rate(site, currency, payment.exchange_rate)?;
    let is_in = payment.direction == Direction::In;
    let row = |account: &AccountCode, amount: Money, is_debit: bool| {
        let (amount, nothing) = (Number::of(amount), Number::default());
        let (debit, credit) = if is_debit { (amount, nothing) } else { (nothing, amount) };
        Row {
            account: account.clone(),
            account_currency: None,
            debit_in_account_currency: debit,
            credit_in_account_currency: credit,
            exchange_rate: rate,
            party_type: None,
            party: None,
            reference_type: None,
            reference_name: None,
            cost_center: None,
            user_remark: None,
        }
    };
    let of_customer = |amount: Money, reference: Option<&str>| Row {
        party_type: Some("Customer".to_owned()),
        party: Some(customer.to_owned()),
        reference_type: reference.map(|_| "Sales Invoice".to_owned()),
        reference_name: reference.map(str::to_owned),
        ..row(owed, amount, !is_in)
    };
    let mut rows = vec![row(&payment.account, payment.amount.0, is_in)];
    let mut left = payment.amount.0;
    for (name, part) in paid.iter().zip(&payment.allocations).filter(|_| !is_in) {
        rows.push(of_customer(part.amount.0, Some(name)));
        left = left.checked_sub(part.amount.0).map_err(|source| Error::Unsound { source })?;
    }
    if !left.is_zero() {
        rows.push(of_customer(left, None));
    }
    let mut new = new(site, key, rows, (payment.date, &payment.reference), std::iter::once(currency));
    new.custom_tb_content = serde_json::to_string(payment).ok();
    match desk.insert::<Theirs>(DOCTYPE, &new, action).await {
        Ok(made) => Ok((made.payment(), true)),
        Err(error) if errors::is_taken(&error) => {
            let there = payments_of_key(desk, key).await?.into_iter().next();
            there.map(|document| (document, false)).ok_or(error)
        }
        Err(error) => Err(error),
    }
}

/// The journals of a key that stand for a payment.
pub(super) async fn payments_of_key(desk: &Desk, key: &NaturalKey) -> Result<Vec<Document>, Error> {
    let found = read_all(desk, key).await?;
    // A field that was never filled is null or empty.
    let is_payment =
        |journal: &Theirs| journal.custom_tb_content.as_deref().is_some_and(|content| !content.is_empty());
    Ok(found.into_iter().filter(is_payment).map(Theirs::payment).collect())
}

/// Every journal of a key.
pub(super) async fn of_key(desk: &Desk, site: &Site, key: &NaturalKey) -> Result<Vec<Document>, Error> {
    let mut found = Vec::new();
    for journal in read_all(desk, key).await? {
        found.push(document(desk, site, journal).await?);
    }
    found.sort_by_key(Document::is_cancelled);
    Ok(found)
}

async fn read_all(desk: &Desk, key: &NaturalKey) -> Result<Vec<Theirs>, Error> {
    let mut found = Vec::new();
    for name in keys::names(desk, Kind::Journal, key).await? {
        found.push(desk.read(DOCTYPE, &name).await?);
    }
    Ok(found)
}

/// In the words of the generic contract; without content where a customer is not ours.
async fn document(desk: &Desk, site: &Site, journal: Theirs) -> Result<Document, Error> {
    let parties: Vec<&str> = journal.accounts.iter().filter_map(|row| row.party.as_deref()).collect();
    let customers = keys::keys_of(desk, Kind::Customer, &parties).await?;
    let lines: Option<Vec<Value>> = journal.accounts.iter().map(|row| row.line(site, &customers)).collect();
    let mut content = Map::new();
    if let Some(lines) = lines {
        content.insert("date".to_owned(), json!(journal.posting_date));
        content.insert("lines".to_owned(), json!(lines));
    }
    let state = state(journal.docstatus).to_owned();
    Ok(Document { id: journal.name, state, total: None, content })
}

impl Row {
    fn line(&self, site: &Site, customers: &BTreeMap<String, String>) -> Option<Value> {
        let currency = self.account_currency?;
        let side = |number: Number| {
            let money = number.money(currency)?;
            Some((!money.is_zero()).then_some(MoneyText(money)))
        };
        let party = match self.party.as_deref().filter(|party| !party.is_empty()) {
            Some(party) => Some(customers.get(party)?),
            None => None,
        };
        let is_foreign = currency != site.settings.currency;
        let mut line = json!({"account": site.ours(&self.account), "currency": currency});
        let members = [
            ("debit", side(self.debit_in_account_currency)?.map(|side| json!(side))),
            ("credit", side(self.credit_in_account_currency)?.map(|side| json!(side))),
            ("exchange_rate", is_foreign.then(|| json!(Rate::new(self.exchange_rate.0)))),
            ("party_key", party.map(|party| json!(party))),
        ];
        for (name, value) in members {
            if let Some(value) = value {
                line[name] = value;
            }
        }
        Some(line)
    }
}

impl Theirs {
    /// As the payment that it stands for.
    fn payment(self) -> Document {
        let content = self.custom_tb_content.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let state = state(self.docstatus).to_owned();
        Document { id: self.name, state, total: None, content: content.unwrap_or_default() }
    }
}
