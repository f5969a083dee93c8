//! Payment entries.

use std::collections::HashSet;

use rust_decimal::Decimal;
use serde_json::json;

use super::chart::account;
use super::ledger::{self, Entry};
use super::store::{Doc, docstatus, number, rows, sent, text};
use super::{Refusal, Write};
use crate::erp::round;

/// A payment from a customer (Receive) or to one (Pay).
pub(super) fn check(write: &Write<'_>, doc: &mut Doc) -> Result<(), Refusal> {
    let name = text(doc, "name").to_owned();
    for field in ["payment_type", "company", "posting_date", "party_type", "party", "paid_from", "paid_to"] {
        if text(doc, field).is_empty() {
            return Err(Refusal::mandatory("Payment Entry", &name, field));
        }
    }
    for (field, label) in [("paid_from", "Account Paid From: "), ("paid_to", "Account Paid To: ")] {
        let kept = account(write.settings, text(doc, field), label)?;
        doc.insert(format!("{field}_account_currency"), json!(kept.account_currency));
    }
    if write.store.get("Customer", text(doc, "party")).is_none() {
        return Err(Refusal::link(format!("Party: {}", text(doc, "party"))));
    }
    let company = &write.settings.company_currency;
    for (amount, rate, side, base) in [
        ("paid_amount", "source_exchange_rate", "paid_from", "base_paid_amount"),
        ("received_amount", "target_exchange_rate", "paid_to", "base_received_amount"),
    ] {
        if number(doc, amount) <= Decimal::ZERO {
            return Err(Refusal::mandatory("Payment Entry", &name, amount));
        }
        let currency = text(doc, &format!("{side}_account_currency")).to_owned();
        let given = if currency == *company { Decimal::ONE } else { number(doc, rate) };
        if given <= Decimal::ZERO {
            return Err(Refusal::validation(format!("{rate} is mandatory")));
        }
        doc.insert(rate.to_owned(), sent(given));
        let converted = round(number(doc, amount) * given, company);
        doc.insert(base.to_owned(), sent(converted));
    }
    if number(doc, "base_paid_amount") != number(doc, "base_received_amount") {
        return Err(Refusal::validation("Difference Amount must be zero"));
    }
    let bank = account(write.settings, text(doc, if is_pay(doc) { "paid_from" } else { "paid_to" }), "")?;
    if bank.account_type == "Bank"
        && (text(doc, "reference_no").is_empty() || text(doc, "reference_date").is_empty())
    {
        return Err(Refusal::validation("Reference No and Reference Date is mandatory for Bank transaction"));
    }
    check_references(write, doc)
}

fn is_pay(doc: &Doc) -> bool {
    text(doc, "payment_type") == "Pay"
}

/// The account on the customer's side.
fn party_account(doc: &Doc) -> &str {
    text(doc, if is_pay(doc) { "paid_to" } else { "paid_from" })
}

fn check_references(write: &Write<'_>, doc: &Doc) -> Result<(), Refusal> {
    let (mut seen, mut owed_to_customer) = (HashSet::new(), Decimal::ZERO);
    for row in rows(doc, "references") {
        let (place, name) = (number(row, "idx"), text(row, "reference_name"));
        if !seen.insert(name) {
            return Err(Refusal::validation(format!("Row #{place}: Duplicate entry in References {name}")));
        }
        let invoice = write.store.get("Sales Invoice", name);
        let invoice = invoice.ok_or_else(|| Refusal::link(format!("Row #{place}: Name: {name}")))?;
        if docstatus(invoice) != 1 {
            return Err(Refusal::validation(format!("Sales Invoice {name} must be submitted")));
        }
        if text(invoice, "customer") != text(doc, "party") || text(invoice, "debit_to") != party_account(doc)
        {
            let message = format!("Sales Invoice {name} is associated with another party or account");
            return Err(Refusal::validation(message));
        }
        let (open, allocated) = (ledger::outstanding(write.store, name), number(row, "allocated_amount"));
        let is_over = if allocated >= Decimal::ZERO { allocated > open } else { allocated < open };
        if is_over {
            let message =
                format!("Row #{place}: Allocated Amount cannot be greater than outstanding amount.");
            return Err(Refusal::validation(message));
        }
        owed_to_customer -= open.min(Decimal::ZERO);
    }
    if is_pay(doc) && number(doc, "received_amount") > owed_to_customer {
        let message = "Cannot Pay to Customer without any negative outstanding invoice";
        return Err(Refusal::new(417, "InvalidPaymentEntry", message));
    }
    Ok(())
}

/// Receive: Dr the account, Cr the customer, by document. Pay: the other way round.
pub(super) fn entries(write: &Write<'_>, doc: &Doc) -> Result<Vec<Entry>, Refusal> {
    let company = &write.settings.company_currency;
    let sign = if is_pay(doc) { Decimal::ONE } else { -Decimal::ONE };
    let (amount, base) = ("paid_amount", "base_paid_amount");
    let party = account(write.settings, party_account(doc), "")?;
    let other = text(doc, if is_pay(doc) { "paid_from" } else { "paid_to" });
    let rate = number(doc, if is_pay(doc) { "target_exchange_rate" } else { "source_exchange_rate" });
    let (mut left, mut left_base) = (number(doc, amount), number(doc, base));
    let mut entries = vec![Entry::new(other, -sign * left, -sign * left_base)];
    let of_party = |against: Option<String>, amount: Decimal, base: Decimal| Entry {
        party: Some(text(doc, "party").to_owned()),
        against,
        ..Entry::new(&party.name, sign * amount, sign * base)
    };
    for row in rows(doc, "references") {
        let part = number(row, "allocated_amount").abs();
        let part_base = if part == left { left_base } else { round(part * rate, company) };
        (left, left_base) = (left - part, left_base - part_base);
        entries.push(of_party(Some(text(row, "reference_name").to_owned()), part, part_base));
    }
    if left < Decimal::ZERO {
        return Err(Refusal::validation("Total allocated amount cannot be greater than the paid amount"));
    }
    if !left.is_zero() {
        entries.push(of_party(None, left, left_base));
    }
    ledger::check_party(write, text(doc, "party"), &party.account_currency)?;
    Ok(entries)
}
