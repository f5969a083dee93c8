//! Journal entries: `erpnext/accounts/doctype/journal_entry/journal_entry.py`.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::chart::account;
use super::ledger::{self, Entry};
use super::store::{Doc, is_on, number, rows, sent, text};
use super::{Refusal, Write};
use crate::erp::round;

/// A journal entry.
pub(super) fn check(write: &Write<'_>, doc: &mut Doc) -> Result<(), Refusal> {
    let name = text(doc, "name").to_owned();
    for field in ["voucher_type", "company", "posting_date"] {
        if text(doc, field).is_empty() {
            return Err(Refusal::mandatory("Journal Entry", &name, field));
        }
    }
    if rows(doc, "accounts").len() < 2 {
        return Err(Refusal::mandatory("Journal Entry", &name, "accounts"));
    }
    if !text(doc, "cheque_no").is_empty() && text(doc, "cheque_date").is_empty() {
        return Err(Refusal::validation("Please enter Reference date"));
    }
    let multi_currency = is_on(doc, "multi_currency");
    let (mut debit, mut credit) = (Decimal::ZERO, Decimal::ZERO);
    for row in doc.get_mut("accounts").and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(row) = row.as_object_mut() else { continue };
        check_row(write, row, multi_currency)?;
        debit += number(row, "debit");
        credit += number(row, "credit");
    }
    if debit == credit {
        return Ok(());
    }
    let difference = debit - credit;
    let message = format!("Total Debit must be equal to Total Credit. The difference is {difference}");
    Err(Refusal::validation(message))
}

fn check_row(write: &Write<'_>, row: &mut Doc, multi_currency: bool) -> Result<(), Refusal> {
    let place = number(row, "idx");
    let kept = account(write.settings, text(row, "account"), &format!("Row #{place}: "))?;
    let company = &write.settings.company_currency;
    let (debit, credit) =
        (number(row, "debit_in_account_currency"), number(row, "credit_in_account_currency"));
    if debit > Decimal::ZERO && credit > Decimal::ZERO {
        return Err(Refusal::validation("You cannot credit and debit same account at the same time"));
    }
    if debit.is_zero() && credit.is_zero() {
        return Err(Refusal::validation(format!("Row {place}: Both Debit and Credit values cannot be zero")));
    }
    if kept.is_receivable() && (text(row, "party_type").is_empty() || text(row, "party").is_empty()) {
        let message = format!(
            "Row {place}: Party Type and Party is required for Receivable / Payable account <strong>{}</strong>",
            kept.name
        );
        return Err(Refusal::validation(message));
    }
    let party = text(row, "party");
    if !party.is_empty() && write.store.get("Customer", party).is_none() {
        return Err(Refusal::link(format!("Row #{place}: Party: {party}")));
    }
    let invoice = text(row, "reference_name");
    if !invoice.is_empty() {
        if text(row, "reference_type") != "Sales Invoice"
            || write.store.get("Sales Invoice", invoice).is_none()
        {
            return Err(Refusal::link(format!("Row #{place}: Reference Name: {invoice}")));
        }
        // Only credits are looked at: a debit opens it again.
        let open = ledger::outstanding(write.store, invoice);
        if credit > open {
            let message = format!(
                "Payment against Sales Invoice {invoice} cannot be greater than outstanding amount {open}"
            );
            return Err(Refusal::validation(message));
        }
    }
    let is_foreign = kept.account_currency != *company;
    if is_foreign && !multi_currency {
        let message = "Please check Multi Currency option to allow accounts with other currency";
        return Err(Refusal::validation(message));
    }
    let rate = match number(row, "exchange_rate").round_dp(9) {
        _ if !is_foreign => Decimal::ONE,
        // None, or exactly 1, is looked up; the site has no rates.
        rate if rate <= Decimal::ZERO || rate == Decimal::ONE => {
            let message = format!("Unable to find exchange rate for {} to {company}", kept.account_currency);
            return Err(Refusal::validation(message));
        }
        rate => rate,
    };
    for (field, value) in [
        ("account_currency", json!(kept.account_currency)),
        ("exchange_rate", sent(rate)),
        ("debit", sent(round(debit * rate, company))),
        ("credit", sent(round(credit * rate, company))),
    ] {
        row.insert(field.to_owned(), value);
    }
    Ok(())
}

/// Each row as it stands.
pub(super) fn entries(write: &Write<'_>, doc: &Doc) -> Result<Vec<Entry>, Refusal> {
    let mut entries = Vec::new();
    for row in rows(doc, "accounts") {
        let party = Some(text(row, "party").to_owned()).filter(|party| !party.is_empty());
        if let Some(party) = &party {
            ledger::check_party(write, party, text(row, "account_currency"))?;
        }
        let of = |debit: &str, credit: &str| number(row, debit) - number(row, credit);
        let amount = of("debit_in_account_currency", "credit_in_account_currency");
        entries.push(Entry {
            party,
            against: Some(text(row, "reference_name").to_owned()).filter(|invoice| !invoice.is_empty()),
            cost_center: text(row, "cost_center").to_owned(),
            ..Entry::new(text(row, "account"), amount, of("debit", "credit"))
        });
    }
    Ok(entries)
}
