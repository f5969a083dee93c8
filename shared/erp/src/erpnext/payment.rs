//! Payment entries, made and submitted in one request.
//!
//! ERPNext pays invoices with what comes in and credit notes with what goes out. What opens one of them again (a debit that bounced, a
//! refund that failed) or goes out for none is a journal entry there, with what it was made of beside it.

use canonical::{AccountCode, Currency, Direction, NaturalKey};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::desk::Desk;
use super::invoice::state;
use super::number::Number;
use super::site::Site;
use super::{accounts, errors, journal, keys, order};
use crate::Error;
use crate::document::{Document, Kind};
use crate::wire::{self, MoneyText};

const DOCTYPE: &str = keys::doctype(Kind::Payment);

#[derive(Serialize)]
struct New<'a> {
    payment_type: &'static str,
    company: &'a str,
    custom_tb_key: &'a NaturalKey,
    posting_date: Date,
    party_type: &'static str,
    party: &'a str,
    paid_from: &'a str,
    paid_to: &'a str,
    paid_amount: Number,
    received_amount: Number,
    source_exchange_rate: Number,
    target_exchange_rate: Number,
    reference_no: &'a str,
    reference_date: Date,
    references: Vec<Reference>,
    docstatus: u8,
}

#[derive(Serialize, Deserialize)]
struct Reference {
    reference_doctype: String,
    reference_name: String,
    /// Below nothing of a return.
    allocated_amount: Number,
}

/// An invoice or a return that is paid.
#[derive(Deserialize)]
struct Paid {
    name: String,
    custom_tb_key: String,
    debit_to: String,
    is_return: u8,
}

#[derive(Deserialize)]
struct Theirs {
    name: String,
    docstatus: u8,
    payment_type: String,
    party: String,
    posting_date: String,
    paid_from: AccountCode,
    paid_to: AccountCode,
    paid_from_account_currency: Currency,
    paid_amount: Number,
    reference_no: String,
    #[serde(default)]
    references: Vec<Reference>,
}

/// Pays, unless the key has a payment.
pub(super) async fn put(
    desk: &Desk,
    site: &Site,
    key: &NaturalKey,
    payment: &wire::Payment,
) -> Result<(Document, bool), Error> {
    if let Some(there) = of_key(desk, key).await?.into_iter().next() {
        return Ok((there, false));
    }
    let action = format!("put {} {key}", Kind::Payment);
    let customer = keys::name(desk, Kind::Customer, &payment.customer_key).await?;
    let customer = customer.ok_or_else(|| {
        let detail = format!("there is no customer {}", payment.customer_key);
        errors::ours(action.clone(), "customer_unknown", detail, Some("/customer_key".to_owned()))
    })?;
    let paid = paid(desk, payment, &action).await?;
    let is_out = payment.direction == Direction::Out;
    let settles = paid.iter().all(|paid| (paid.is_return == 1) == is_out);
    if !settles || (is_out && paid.is_empty()) {
        let names: Vec<&str> = paid.iter().map(|paid| paid.name.as_str()).collect();
        return journal::put_payment(desk, site, key, payment, &customer, &names).await;
    }
    let currency = payment.amount.0.currency();
    accounts::check(desk, &[(&payment.account, currency)], &action).await?;
    let owed = match paid.first() {
        Some(paid) => paid.debit_to.clone(),
        None => site.receivable(currency)?.as_str().to_owned(),
    };
    let new = new(site, key, payment, (&customer, &owed), &paid)?;
    match desk.insert::<Theirs>(DOCTYPE, &new, action).await {
        Ok(made) => Ok((document(desk, made).await?, true)),
        Err(error) if errors::is_taken(&error) => {
            let there = of_key(desk, key).await?.into_iter().next();
            there.map(|document| (document, false)).ok_or(error)
        }
        Err(error) => Err(error),
    }
}

/// What it pays, in the order of its allocations.
async fn paid(desk: &Desk, payment: &wire::Payment, action: &str) -> Result<Vec<Paid>, Error> {
    let wanted: Vec<&str> = payment.allocations.iter().map(|row| row.invoice_key.as_str()).collect();
    let fields = ["name", keys::KEY, "debit_to", "is_return"];
    let mut found: Vec<Paid> = desk.list_in("Sales Invoice", keys::KEY, &wanted, &fields).await?;
    let mut paid = Vec::new();
    for (index, key) in wanted.into_iter().enumerate() {
        let place = found.iter().position(|row| row.custom_tb_key == key).ok_or_else(|| {
            let path = Some(format!("/allocations/{index}/invoice_key"));
            errors::ours(action.to_owned(), "invoice_unknown", format!("there is no invoice {key}"), path)
        })?;
        paid.push(found.swap_remove(place));
    }
    Ok(paid)
}

fn new<'a>(
    site: &'a Site,
    key: &'a NaturalKey,
    payment: &'a wire::Payment,
    (party, owed): (&'a str, &'a str),
    paid: &[Paid],
) -> Result<New<'a>, Error> {
    let rate = order::rate(site, payment.amount.0.currency(), payment.exchange_rate)?;
    let amount = Number::of(payment.amount.0);
    let account = payment.account.as_str();
    let (payment_type, paid_from, paid_to) = match payment.direction {
        Direction::In => ("Receive", owed, account),
        Direction::Out => ("Pay", account, owed),
    };
    let reference = |(paid, part): (&Paid, &wire::payment::Allocation)| {
        let part = part.amount.0.to_decimal();
        Reference {
            reference_doctype: "Sales Invoice".to_owned(),
            reference_name: paid.name.clone(),
            allocated_amount: Number(if paid.is_return == 1 { -part } else { part }),
        }
    };
    Ok(New {
        payment_type,
        company: &site.company,
        custom_tb_key: key,
        posting_date: payment.date,
        party_type: "Customer",
        party,
        paid_from,
        paid_to,
        paid_amount: amount,
        received_amount: amount,
        source_exchange_rate: rate,
        target_exchange_rate: rate,
        reference_no: &payment.reference,
        reference_date: payment.date,
        references: paid.iter().zip(&payment.allocations).map(reference).collect(),
        docstatus: 1,
    })
}

/// Every payment of a key, and the journals that stand for one.
pub(super) async fn of_key(desk: &Desk, key: &NaturalKey) -> Result<Vec<Document>, Error> {
    let mut found = Vec::new();
    for name in keys::names(desk, Kind::Payment, key).await? {
        found.push(document(desk, desk.read(DOCTYPE, &name).await?).await?);
    }
    if found.is_empty() {
        found = journal::payments_of_key(desk, key).await?;
    }
    found.sort_by_key(Document::is_cancelled);
    Ok(found)
}

/// In the words of the generic contract; without content where a customer or an invoice is not ours.
async fn document(desk: &Desk, payment: Theirs) -> Result<Document, Error> {
    let customer = keys::key_of(desk, Kind::Customer, &payment.party).await?;
    let names: Vec<&str> = payment.references.iter().map(|row| row.reference_name.as_str()).collect();
    let invoices = keys::keys_of(desk, Kind::Invoice, &names).await?;
    let content = content(&payment, customer, |name| invoices.get(name).cloned()).unwrap_or_default();
    let state = state(payment.docstatus).to_owned();
    Ok(Document { id: payment.name, state, total: None, content })
}

fn content(
    payment: &Theirs,
    customer_key: Option<String>,
    key_of: impl Fn(&str) -> Option<String>,
) -> Option<Map<String, Value>> {
    let currency = payment.paid_from_account_currency;
    let (direction, account) = match payment.payment_type.as_str() {
        "Receive" => ("in", &payment.paid_to),
        "Pay" => ("out", &payment.paid_from),
        _ => return None,
    };
    let allocation = |row: &Reference| {
        let amount = Number(row.allocated_amount.0.abs()).money(currency)?;
        Some(json!({"invoice_key": key_of(&row.reference_name)?, "amount": MoneyText(amount)}))
    };
    let content = json!({
        "direction": direction,
        "customer_key": customer_key?,
        "amount": MoneyText(payment.paid_amount.money(currency)?),
        "date": payment.posting_date,
        "account": account,
        "reference": payment.reference_no,
        "allocations": payment.references.iter().map(allocation).collect::<Option<Vec<_>>>()?,
    });
    content.as_object().cloned()
}
