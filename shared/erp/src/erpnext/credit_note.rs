//! Credit notes: returns of an invoice, worth their amounts, whatever went back. A return moves no stock here, so that its rows need no
//! item of the invoice's, and ERPNext looks at no quantities or prices of theirs; and none at how much was given back before, which is
//! why we do.

use canonical::{Money, NaturalKey};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Map, json};

use super::desk::Desk;
use super::invoice::{self, DOCTYPE, New, NewRow, Return, Theirs};
use super::number::Number;
use super::rows::{self, Charge};
use super::site::Site;
use super::{errors, keys};
use crate::Error;
use crate::document::{Document, Kind};
use crate::wire::credit_note::Line;
use crate::wire::{self, MoneyText};

/// The role of what goes back.
const RETURNS: &str = "sales_returns";
/// What a row without words is called.
const NAMELESS: &str = "Refund";

#[derive(Deserialize)]
struct Total {
    grand_total: Number,
}

/// Gives back, unless the key has a credit note.
pub(super) async fn put(
    desk: &Desk,
    site: &Site,
    key: &NaturalKey,
    note: &wire::CreditNote,
) -> Result<(Document, bool), Error> {
    if let Some(there) = invoice::of_key(desk, site, key).await?.into_iter().next() {
        return Ok((there, false));
    }
    let action = format!("put {} {key}", Kind::CreditNote);
    let sold = keys::name(desk, Kind::Invoice, &note.against).await?;
    let sold = sold.ok_or_else(|| {
        let detail = format!("there is no invoice {}", note.against);
        errors::ours(action.clone(), "invoice_unknown", detail, Some("/against".to_owned()))
    })?;
    let sold: Theirs = desk.read(DOCTYPE, &sold).await?;
    check_left(desk, note, &sold, &action).await?;
    let new = new(site, key, note, &sold)?;
    invoice::insert(desk, site, key, &new, action).await
}

/// No more goes back than was billed.
async fn check_left(desk: &Desk, note: &wire::CreditNote, sold: &Theirs, action: &str) -> Result<(), Error> {
    let filters = [json!(["return_against", "=", sold.name]), json!(["docstatus", "=", 1])];
    let before: Vec<Total> = desk.list(DOCTYPE, &filters, &["grand_total"]).await?;
    let returned: Decimal = before.iter().map(|row| row.grand_total.0).sum();
    let left = Number(sold.grand_total.0 + returned).money(sold.currency);
    match (left, note.total) {
        (Some(left), Some(total)) if total.0.minor() > left.minor() => {
            let detail = format!("{left} is left to credit of {}, {} was asked", sold.name, total.0);
            Err(errors::ours(action.to_owned(), "over_credit", detail, None))
        }
        _ => Ok(()),
    }
}

fn new<'a>(
    site: &'a Site,
    key: &'a NaturalKey,
    note: &'a wire::CreditNote,
    sold: &'a Theirs,
) -> Result<New<'a>, Error> {
    let returns = site.account(RETURNS)?;
    let lines = note.lines.as_deref().unwrap_or_default();
    let unsound = |source| Error::Unsound { source };
    let mut taxes = rows::taxes(site, sold.currency, lines.iter().flat_map(|line| &line.tax))?;
    for tax in &mut taxes {
        tax.tax_amount = Number(-tax.tax_amount.0);
    }
    // A row cannot be worth less than nothing: what is kept back is a charge.
    for line in lines.iter().filter(|line| line.amount.0.is_negative()) {
        let kept = line.amount.0.negated().map_err(unsound)?;
        taxes.push(Charge::of(site, returns, words(line), kept));
    }
    let mut items: Vec<NewRow<'_>> = lines
        .iter()
        .filter(|line| line.amount.0.minor() > 0)
        .map(|line| row(site, returns.as_str(), words(line), line.amount.0))
        .collect();
    if items.is_empty() {
        // Nothing but tax goes back, and a return has rows.
        items.push(row(site, returns.as_str(), NAMELESS, Money::zero(sold.currency)));
    }
    Ok(New {
        customer: &sold.customer,
        company: &site.company,
        custom_tb_key: key,
        set_posting_time: 1,
        posting_date: note.date,
        due_date: note.date,
        debit_to: &sold.debit_to,
        currency: sold.currency,
        conversion_rate: sold.conversion_rate,
        price_list_currency: sold.currency,
        plc_conversion_rate: sold.conversion_rate,
        ignore_pricing_rule: 1,
        disable_rounded_total: 1,
        update_stock: 0,
        items,
        taxes,
        apply_discount_on: "Net Total",
        discount_amount: Number::default(),
        returned: Some(Return { is_return: 1, return_against: &sold.name, update_outstanding_for_self: 1 }),
        docstatus: 1,
    })
}

fn words(line: &Line) -> &str {
    if line.description.is_empty() { NAMELESS } else { &line.description }
}

fn row<'a>(site: &'a Site, account: &'a str, words: &'a str, amount: Money) -> NewRow<'a> {
    NewRow {
        item_code: None,
        item_name: words,
        description: words,
        qty: Number(Decimal::NEGATIVE_ONE),
        uom: &site.defaults.uom,
        conversion_factor: 1,
        rate: Number::of(amount),
        price_list_rate: Number::of(amount),
        income_account: account,
        cost_center: site.cost_center(),
        sales_order: None,
        so_detail: None,
    }
}

/// In the words of the generic contract: one row with all taxes, by their codes.
pub(super) async fn document(desk: &Desk, site: &Site, note: Theirs) -> Result<Document, Error> {
    let negated = |number: Number| Number(-number.0).money(note.currency);
    let total = negated(note.grand_total);
    let mut content = Map::new();
    if let (Some(against), Some(total)) = (&note.return_against, total) {
        let sold: Theirs = desk.read(DOCTYPE, against).await?;
        let order = invoice::order_key(desk, &sold).await?;
        let is_tax = |charge: &&Charge| {
            site.tax_account(&charge.description).is_ok_and(|account| account.as_str() == charge.account_head)
        };
        let tax: Vec<_> = note
            .taxes
            .iter()
            .filter(is_tax)
            .filter_map(|tax| {
                Some(json!({"code": tax.description, "amount": MoneyText(negated(tax.tax_amount)?)}))
            })
            .collect();
        content.extend([
            ("order_key".to_owned(), json!(order)),
            ("kind".to_owned(), json!("credit_note")),
            ("against".to_owned(), json!(sold.custom_tb_key)),
            ("date".to_owned(), json!(note.posting_date)),
            ("lines".to_owned(), json!([{"amount": MoneyText(total), "tax": tax}])),
            ("key".to_owned(), json!(note.custom_tb_key)),
        ]);
    }
    let state = invoice::state(note.docstatus).to_owned();
    Ok(Document { id: note.name, state, total: total.map(MoneyText), content })
}
