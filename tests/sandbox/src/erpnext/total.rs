//! What the rows, the discount and the taxes of a sale come to: `erpnext/controllers/taxes_and_totals.py`.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::chart::account;
use super::store::{Doc, number, rows, sent, text};
use super::{Refusal, Write};
use crate::erp::round;

/// Works out amounts, in the document's currency and in the company's.
pub(super) fn work_out(write: &Write<'_>, doc: &mut Doc) -> Result<(), Refusal> {
    let doctype = text(doc, "doctype").to_owned();
    let company = &write.settings.company_currency;
    let currency =
        doc.entry("currency").or_insert_with(|| json!(company)).as_str().unwrap_or_default().to_owned();
    let rate = match number(doc, "conversion_rate") {
        rate if rate > Decimal::ZERO => rate,
        _ if currency == *company => Decimal::ONE,
        _ => {
            let message = format!(
                "Unable to find exchange rate for {currency} to {company}. Please create a Currency Exchange record manually"
            );
            return Err(Refusal::validation(message));
        }
    };
    doc.insert("conversion_rate".to_owned(), sent(rate));
    if rows(doc, "items").is_empty() {
        return Err(Refusal::mandatory(&doctype, text(doc, "name"), "items"));
    }
    let mut total = Decimal::ZERO;
    for row in doc.get_mut("items").and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(row) = row.as_object_mut() else { continue };
        if number(row, "qty").is_zero() {
            return Err(Refusal::validation(format!("Row #{}: Quantity cannot be zero", number(row, "idx"))));
        }
        if number(row, "rate").is_sign_negative() && !number(row, "rate").is_zero() {
            return Err(Refusal::validation("Negative rate is not allowed"));
        }
        // The rate is kept with the currency's digits.
        let price = round(number(row, "rate"), &currency);
        let amount = round(price * number(row, "qty"), &currency);
        row.insert("rate".to_owned(), sent(price));
        row.insert("amount".to_owned(), sent(amount));
        total += amount;
    }
    let discount = number(doc, "discount_amount");
    if !discount.is_zero() && !matches!(text(doc, "apply_discount_on"), "Net Total" | "Grand Total") {
        return Err(Refusal::validation("Please select Apply Discount On"));
    }
    let net = total - discount;
    let mut grand = net;
    for row in rows(doc, "taxes") {
        let place = format!("Row #{}: ", number(row, "idx"));
        account(write.settings, text(row, "account_head"), &place)?;
        if text(row, "description").is_empty() {
            return Err(Refusal::mandatory(&doctype, text(doc, "name"), "description"));
        }
        grand += match text(row, "charge_type") {
            "Actual" => round(number(row, "tax_amount"), &currency),
            "On Net Total" => round(net * number(row, "rate") / Decimal::ONE_HUNDRED, &currency),
            _ => return Err(Refusal::validation("Please select the charge type")),
        };
    }
    let grand = round(grand, &currency);
    let base = round(grand * rate, company);
    for (field, amount) in
        [("total", total), ("net_total", net), ("grand_total", grand), ("base_grand_total", base)]
    {
        doc.insert(field.to_owned(), sent(amount));
    }
    Ok(())
}
