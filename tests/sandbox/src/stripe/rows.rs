//! Rows of the balance that no payment made: fees of the month, taxes, top-ups, reserves, adjustments, and what Stripe
//! invents tomorrow (<https://docs.stripe.com/reports/balance-transaction-types>).

use serde::Deserialize;
use serde_json::json;

use super::books::{Books, now, overlay};
use super::error::Refusal;
use super::ledger::{Row, fees};
use super::object;

/// The category of a type, where there is a usual one.
const CATEGORIES: [(&str, &str); 14] = [
    ("stripe_fee", "fee"),
    ("stripe_fx_fee", "fee"),
    ("tax_fee", "tax"),
    ("topup", "topup"),
    ("topup_reversal", "topup_reversal"),
    ("reserve_transaction", "risk_reserved_funds"),
    ("reserved_funds", "risk_reserved_funds"),
    ("reserve_hold", "risk_reserved_funds"),
    ("reserve_release", "risk_reserved_funds"),
    ("adjustment", "other_adjustment"),
    ("advance", "advance"),
    ("contribution", "contribution"),
    ("transfer", "transfer"),
    ("payout_minimum_balance_hold", "payout_minimum_balance_hold"),
];

/// A row to be put.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutRow {
    /// Any type: `stripe_fee`, `topup`, `reserve_hold`, `brand_new_thing`.
    #[serde(rename = "type")]
    kind: String,
    /// Absent: the type's usual one, or the type itself.
    #[serde(default)]
    reporting_category: Option<String>,
    /// Signed as Stripe signs: what leaves the balance is negative.
    amount: i64,
    currency: String,
    #[serde(default)]
    fee: i64,
    #[serde(default)]
    fee_tax: i64,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    source: Option<String>,
    /// Seconds since 1970; absent: now. An earlier day: a row that shows up late.
    #[serde(default)]
    created: Option<i64>,
    #[serde(default)]
    available_on: Option<i64>,
    /// `issuing`, `risk_reserved`, …: not of the balance that payouts are made of.
    #[serde(default)]
    balance_type: Option<String>,
}

/// Puts it; gives its id.
pub(crate) fn put(books: &mut Books, given: &PutRow) -> Result<String, Refusal> {
    let usual = CATEGORIES.into_iter().find(|(kind, _)| *kind == given.kind).map(|(_, category)| category);
    let category = given.reporting_category.as_deref().or(usual).unwrap_or(&given.kind);
    let created = given.created.unwrap_or_else(now);
    let row = Row {
        fees: fees(given.fee, given.fee_tax, "Stripe fee"),
        source: given.source.as_deref(),
        description: given.description.clone(),
        created,
        available_on: given.available_on.unwrap_or_else(|| created.max(now())),
        ..Row::new(given.amount, &given.currency, &given.kind, category)
    };
    let mut row = row.object(books);
    if let Some(balance) = &given.balance_type {
        row["balance_type"] = json!(balance);
    }
    books.put(&row);
    Ok(super::books::text(&row, "id"))
}

/// Money that the merchant pays in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TopUp {
    amount: i64,
    currency: String,
}

/// Pays it in; the events are `topup.created` and `topup.succeeded`.
pub(crate) fn top_up(books: &mut Books, given: &TopUp) -> Result<String, Refusal> {
    if given.amount < 1 {
        return Err(Refusal::invalid(
            "parameter_invalid_integer",
            Some("amount"),
            "Invalid positive integer",
        ));
    }
    let id = books.id("tu");
    let row = Row {
        source: Some(&id),
        description: Some("Top-up".to_owned()),
        ..Row::new(given.amount, &given.currency, "topup", "topup")
    };
    let mut topup = object::topup();
    let pending = json!({"id": id, "amount": given.amount, "currency": given.currency});
    overlay(&mut topup, &pending);
    books.put(&topup);
    books.event("topup.created", &id, None);
    overlay(&mut topup, &json!({"balance_transaction": row.post(books), "status": "succeeded"}));
    books.put(&topup);
    books.event("topup.succeeded", &id, None);
    Ok(id)
}
