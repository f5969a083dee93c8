//! Sales orders and sales invoices.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::json;

use super::chart::account;
use super::ledger::Entry;
use super::store::{Doc, docstatus, is_on, number, rows, text};
use super::{Refusal, Write, ledger, life, party, total};
use crate::erp::round;

fn check_head(write: &Write<'_>, doc: &Doc) -> Result<(), Refusal> {
    let (doctype, name) = (text(doc, "doctype"), text(doc, "name"));
    for field in ["customer", "company"] {
        if text(doc, field).is_empty() {
            return Err(Refusal::mandatory(doctype, name, field));
        }
    }
    if write.store.get("Customer", text(doc, "customer")).is_none() {
        return Err(Refusal::link(format!("Customer: {}", text(doc, "customer"))));
    }
    if write.store.get("Company", text(doc, "company")).is_none() {
        return Err(Refusal::link(format!("Company: {}", text(doc, "company"))));
    }
    Ok(())
}

/// A sales order.
pub(super) fn check_order(write: &Write<'_>, doc: &mut Doc) -> Result<(), Refusal> {
    check_head(write, doc)?;
    let name = text(doc, "name").to_owned();
    let today = crate::clock::now().strftime("%Y-%m-%d").to_string();
    doc.entry("transaction_date").or_insert_with(|| json!(today));
    let (ordered, delivered): (Option<Date>, Option<Date>) =
        (text(doc, "transaction_date").parse().ok(), text(doc, "delivery_date").parse().ok());
    match (ordered, delivered) {
        (Some(ordered), Some(delivered)) if delivered < ordered => {
            return Err(Refusal::validation("Expected Delivery Date should be after Sales Order Date"));
        }
        (Some(_), Some(_)) => {}
        _ => return Err(Refusal::validation("Please enter Delivery Date")),
    }
    party::check_rows(write, doc, true)?;
    total::work_out(write, doc)?;
    let is_same = |other: &&Doc| {
        text(other, "name") != name
            && docstatus(other) < 2
            && text(other, "po_no") == text(doc, "po_no")
            && text(other, "customer") == text(doc, "customer")
    };
    let with_goods = rows(doc, "items").iter().any(|row| {
        write.store.get("Item", text(row, "item_code")).is_some_and(|item| is_on(item, "is_stock_item"))
    });
    // A look and no index: two at once may pass.
    let other = write.store.all("Sales Order").find(is_same).filter(|_| with_goods && !write.race);
    match other.filter(|_| !text(doc, "po_no").is_empty()) {
        Some(other) => Err(Refusal::validation(format!(
            "Warning: Sales Order <strong>{}</strong> already exists against Customer's Purchase Order {}",
            text(other, "name"),
            text(doc, "po_no"),
        ))),
        None => Ok(()),
    }
}

/// A sales invoice, or the return of one.
pub(super) fn check_invoice(write: &Write<'_>, doc: &mut Doc) -> Result<(), Refusal> {
    check_head(write, doc)?;
    life::posting_date(doc);
    doc.entry("is_return").or_insert_with(|| json!(0));
    party::check_rows(write, doc, false)?;
    total::work_out(write, doc)?;
    let debtors = account(write.settings, text(doc, "debit_to"), "")?;
    let is_of_currency = debtors.account_currency == text(doc, "currency")
        || debtors.account_currency == write.settings.company_currency;
    if !debtors.is_receivable() || !is_of_currency {
        let message = format!("Party Account {} currency and document currency should be same", debtors.name);
        return Err(Refusal::validation(message));
    }
    let is_return = is_on(doc, "is_return");
    if is_return {
        check_return(write, doc)?;
    }
    for row in rows(doc, "items") {
        let place = format!("Row #{}: ", number(row, "idx"));
        for field in ["item_name", "uom", "income_account"] {
            if text(row, field).is_empty() {
                return Err(Refusal::mandatory("Sales Invoice", text(doc, "name"), field));
            }
        }
        account(write.settings, text(row, "income_account"), &place)?;
        if !text(row, "sales_order").is_empty() && !is_return {
            check_billed(write, doc, row)?;
        }
    }
    Ok(())
}

fn check_return(write: &Write<'_>, doc: &Doc) -> Result<(), Refusal> {
    let against = text(doc, "return_against");
    let sold = write.store.get("Sales Invoice", against);
    let sold = sold.ok_or_else(|| Refusal::link(format!("Return Against: {against}")))?;
    if docstatus(sold) != 1 || text(sold, "customer") != text(doc, "customer") {
        return Err(Refusal::validation(format!("Invalid {against}")));
    }
    if rows(doc, "items").iter().any(|row| number(row, "qty") > Decimal::ZERO) {
        return Err(Refusal::validation("Quantity must be negative in return document"));
    }
    Ok(())
}

/// A row of an order is billed once.
fn check_billed(write: &Write<'_>, doc: &Doc, row: &Doc) -> Result<(), Refusal> {
    let order = text(row, "sales_order");
    let sold = write
        .store
        .get("Sales Order", order)
        .ok_or_else(|| Refusal::link(format!("Sales Order: {order}")))?;
    if docstatus(sold) != 1 {
        return Err(Refusal::validation(format!("Sales Order {order} is not submitted")));
    }
    let sold = rows(sold, "items").into_iter().find(|sold| text(sold, "name") == text(row, "so_detail"));
    let amount = sold.map(|sold| number(sold, "amount")).unwrap_or_default();
    let is_other = |other: &&Doc| docstatus(other) == 1 && text(other, "name") != text(doc, "name");
    let billed: Decimal = write
        .store
        .all("Sales Invoice")
        .filter(is_other)
        .flat_map(|other| rows(other, "items"))
        .filter(|other| text(other, "so_detail") == text(row, "so_detail"))
        .map(|other| number(other, "amount"))
        .sum();
    let over = billed + number(row, "amount") - amount;
    if over <= Decimal::ZERO {
        return Ok(());
    }
    let message = format!(
        "This document is over limit by <strong>Amount</strong> {over} for item {}. Are you making another \
         Sales Invoice against the same Sales Order?",
        text(row, "item_code"),
    );
    Err(Refusal::new(417, "OverAllowanceError", message))
}

/// Dr the customer, Cr income, taxes and charges; a return has all amounts below nothing.
pub(super) fn entries(write: &Write<'_>, doc: &Doc) -> Result<Vec<Entry>, Refusal> {
    let (rate, company) = (number(doc, "conversion_rate"), &write.settings.company_currency);
    let base = |amount: Decimal| round(amount * rate, company);
    let debtors = account(write.settings, text(doc, "debit_to"), "")?;
    let grand = number(doc, "grand_total");
    let owed = if debtors.account_currency == *company { base(grand) } else { grand };
    let mut entries = vec![Entry {
        party: Some(text(doc, "customer").to_owned()),
        against: Some(text(doc, "name").to_owned()),
        ..Entry::new(&debtors.name, owed, base(grand))
    }];
    let mut credits: Vec<(String, String, Decimal)> = Vec::new();
    for row in rows(doc, "items") {
        credits.push((
            text(row, "income_account").to_owned(),
            text(row, "cost_center").to_owned(),
            number(row, "amount"),
        ));
    }
    // The discount comes off the rows' income.
    if let Some(first) = credits.first_mut() {
        first.2 -= number(doc, "discount_amount");
    }
    for row in rows(doc, "taxes") {
        credits.push((
            text(row, "account_head").to_owned(),
            text(row, "cost_center").to_owned(),
            number(row, "tax_amount"),
        ));
    }
    let mut left = base(grand);
    let last = credits.len().saturating_sub(1);
    for (index, (name, cost_center, amount)) in credits.into_iter().enumerate() {
        // The last takes what rounding leaves.
        let amount = if index == last { left } else { base(amount) };
        left -= amount;
        entries.push(Entry { cost_center, ..Entry::new(&name, -amount, -amount) });
    }
    ledger::check_party(write, text(doc, "customer"), &debtors.account_currency)?;
    Ok(entries)
}
