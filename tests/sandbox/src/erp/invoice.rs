//! Invoices and credit notes. Parts of a line are worth what keeps the sum of all parts exact.

use std::collections::HashMap;

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::document::{Document, Kind};
use super::order::{self, Line, Worth};
use super::state::{Posting, State};
use super::wire;
use crate::ErpSettings;
use crate::problem::Problem;

/// What an invoice comes to.
struct Bill {
    total: Decimal,
    tax: Decimal,
    shipping: Decimal,
    lines: Vec<(String, Decimal)>,
}

/// Checks an invoice or a credit note and works out its total.
pub(crate) fn check(state: &State, content: &Value) -> Result<Map<String, Value>, Problem> {
    let date = wire::date(content, "date", "")?;
    state.check_open(date, "/date")?;
    let key = wire::text(content, "order_key", "")?;
    let order = state
        .find(Kind::Order, key)
        .ok_or_else(|| Problem::field("/order_key", "order_unknown", format!("there is no order `{key}`")))?;
    if order.state != "confirmed" {
        return Err(Problem::new(409, "wrong_state", format!("order {} is {}", order.id, order.state)));
    }
    let worth = order::worth(&order.content)?;
    let bill = match wire::text(content, "kind", "")? {
        "invoice" => bill(state, &worth, key, content)?,
        "credit_note" => credit(state, &worth, content)?,
        other => {
            let detail = format!("`{other}` is neither invoice nor credit_note");
            return Err(Problem::field("/kind", "kind_unknown", detail));
        }
    };
    if content.get("total").is_some_and(|total| !total.is_null())
        && wire::money(content, "total", "", &worth.currency)? != bill.total
    {
        let problem = Problem::field("/total", "total_mismatch", format!("it comes to {}", bill.total));
        return Err(problem.with("computed", wire::as_money(bill.total, &worth.currency)));
    }
    let money = |amount| wire::as_money(amount, &worth.currency);
    let lines: Vec<Value> = bill
        .lines
        .iter()
        .map(|(id, qty)| json!({"line_id": id, "qty": qty.normalize().to_string()}))
        .collect();
    let computed = json!({
        "total": money(bill.total),
        "tax_total": money(bill.tax),
        "shipping_total": money(bill.shipping),
        "currency": worth.currency,
        "billed_lines": lines,
    });
    Ok(computed.as_object().cloned().unwrap_or_default())
}

/// The named lines.
fn bill(state: &State, worth: &Worth, key: &str, content: &Value) -> Result<Bill, Problem> {
    let mut done: HashMap<String, Decimal> = HashMap::new();
    let mut first = true;
    for invoice in state.linked(Kind::Invoice, key).filter(|invoice| invoice.content["kind"] == "invoice") {
        first = false;
        for line in invoice.computed["billed_lines"].as_array().into_iter().flatten() {
            let id = line["line_id"].as_str().unwrap_or_default().to_owned();
            *done.entry(id).or_default() += wire::decimal(&line["qty"]).unwrap_or_default();
        }
    }
    let wanted = wanted(content)?;
    if wanted.is_empty() {
        return Err(Problem::field("/lines", "lines_required", "an invoice has lines"));
    }
    // What belongs to no line goes with the first invoice.
    let head = if first { (worth.head(), worth.shipping_tax, worth.shipping) } else { Default::default() };
    let mut bill = Bill { total: head.0, tax: head.1, shipping: head.2, lines: Vec::new() };
    for (index, (id, qty)) in wanted.into_iter().enumerate() {
        let at = format!("/lines/{index}");
        let line = worth.lines.iter().find(|line| line.line_id == id).ok_or_else(|| {
            Problem::field(format!("{at}/line_id"), "line_unknown", format!("the order has no line `{id}`"))
        })?;
        let before = done.get(&id).copied().unwrap_or_default();
        if before + qty > line.qty {
            let detail = format!("line `{id}`: {} of {} are invoiced already", before, line.qty);
            return Err(Problem::field(format!("{at}/qty"), "over_invoiced", detail));
        }
        let part = |whole: Decimal| {
            let upto = |qty: Decimal| wire::round(whole * qty / line.qty, &worth.currency);
            upto(before + qty) - upto(before)
        };
        bill.total += part(line.gross);
        bill.tax += part(line.tax);
        bill.lines.push((id, qty));
    }
    Ok(bill)
}

fn wanted(content: &Value) -> Result<Vec<(String, Decimal)>, Problem> {
    let rows = wire::rows(content, "lines", "")?;
    let row = |(index, row): (usize, &Value)| {
        let at = format!("/lines/{index}");
        Ok((wire::text(row, "line_id", &at)?.to_owned(), wire::quantity(row, &at)?))
    };
    rows.iter().enumerate().map(row).collect()
}

/// A credit note names its invoice. Its lines carry amounts, to which their taxes are added where they name them (without, what tax
/// is in an amount is not known), or quantities of the order's lines. A line may take something off, the whole may not. Together
/// credit notes never exceed the invoice.
fn credit(state: &State, worth: &Worth, content: &Value) -> Result<Bill, Problem> {
    let against = wire::text(content, "against", "")?;
    let invoice = state.find(Kind::Invoice, against).ok_or_else(|| {
        Problem::field("/against", "invoice_unknown", format!("there is no invoice `{against}`"))
    })?;
    let total_of =
        |document: &Document| wire::decimal(&document.computed["total"]["amount"]).unwrap_or_default();
    let credited: Decimal = state.linked(Kind::Invoice, against).map(total_of).sum();
    let mut bill =
        Bill { total: Decimal::ZERO, tax: Decimal::ZERO, shipping: Decimal::ZERO, lines: Vec::new() };
    for (index, row) in wire::rows(content, "lines", "")?.iter().enumerate() {
        let at = format!("/lines/{index}");
        if is_given(row, "amount") {
            if is_given(row, "line_id") {
                credited_line(worth, row, &at)?;
            }
            let tax =
                if is_given(row, "tax") { wire::taxes(row, &at, &worth.currency)? } else { Decimal::ZERO };
            bill.total += wire::money(row, "amount", &at, &worth.currency)? + tax;
            bill.tax += tax;
            continue;
        }
        let line = credited_line(worth, row, &at)?;
        let qty = wire::quantity(row, &at)?;
        bill.total += wire::round(line.gross * qty / line.qty, &worth.currency);
        bill.tax += wire::round(line.tax * qty / line.qty, &worth.currency);
        bill.lines.push((line.line_id.clone(), qty));
    }
    let left = total_of(invoice) - credited;
    if bill.total > left || bill.total <= Decimal::ZERO {
        let detail = format!("{} is left to credit on `{against}`, {} was asked", left, bill.total);
        return Err(
            Problem::new(422, "over_credit", detail).with("left", wire::as_money(left, &worth.currency))
        );
    }
    Ok(bill)
}

fn is_given(row: &Value, name: &str) -> bool {
    row.get(name).is_some_and(|value| !value.is_null())
}

/// The order's line that a row names.
fn credited_line<'a>(worth: &'a Worth, row: &Value, at: &str) -> Result<&'a Line, Problem> {
    let id = wire::text(row, "line_id", at)?;
    worth.lines.iter().find(|line| line.line_id == id).ok_or_else(|| {
        Problem::field(format!("{at}/line_id"), "line_unknown", format!("the order has no line `{id}`"))
    })
}

/// Dr receivable / Cr sales, shipping, tax; a credit note the other way round, from the sales returns.
pub(crate) fn book(state: &mut State, settings: &ErpSettings, document: &Document) -> Result<(), Problem> {
    let order_key = document.content["order_key"].as_str().unwrap_or_default();
    let order = state.find(Kind::Order, order_key).ok_or_else(|| Problem::not_found("order"))?;
    let currency = document.computed["currency"].as_str().unwrap_or_default().to_owned();
    let rate = order::rate(&order.content, &currency, settings)?;
    let customer = order.content["customer_key"].as_str().map(str::to_owned);
    let date = wire::date(&document.content, "date", "")?;
    let amount = |name: &str| wire::decimal(&document.computed[name]["amount"]).unwrap_or_default();
    let (total, tax, shipping) = (amount("total"), amount("tax_total"), amount("shipping_total"));
    let credit = document.content["kind"] == "credit_note";
    let sign = if credit { -Decimal::ONE } else { Decimal::ONE };
    let sales = if credit { "4900" } else { "4000" };
    let lines = [("1200", total), ("4100", -shipping), ("2200", -tax), (sales, -(total - tax - shipping))];
    let base = |amount: Decimal| wire::round(amount * rate, &settings.company_currency);
    // The last line takes what rounding leaves, so that the company's currency balances.
    let mut left = Decimal::ZERO;
    for (index, (account, amount)) in lines.into_iter().enumerate() {
        let base = if index == lines.len() - 1 { -left } else { base(sign * amount) };
        left += base;
        let party = customer.clone().filter(|_| account == "1200");
        let posting = Posting {
            document: document.key.clone(),
            date,
            account: account.to_owned(),
            currency: currency.clone(),
            amount: sign * amount,
            base,
            party,
        };
        state.ledger.push(posting);
    }
    Ok(())
}
