//! How payments come to be: what a shop's checkout does at Stripe, in one step.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::books::{Books, now, number, overlay, text};
use super::error::Refusal;
use super::ledger::{self, Row, Settlement, card_fee, fees};
use super::moves::{Move, Named};
use super::{charge, object};

/// A payment to be made. Whatever is left out is as for a card payment of a guest.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Paid {
    /// In the currency's smallest unit, as Stripe counts it.
    pub(crate) amount: i64,
    /// Lower case.
    pub(crate) currency: String,
    /// `false`: authorised only.
    pub(crate) captured: bool,
    /// On the intent, and copied to the charge when that is made.
    pub(crate) metadata: Map<String, Value>,
    pub(crate) description: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) customer: Option<String>,
    /// How it is paid: `card`, or `sepa_debit`, `us_bank_account`, …, whose charges are `py_…`.
    pub(crate) method: String,
    /// Whether there is a payment intent; old charges have none.
    pub(crate) intent: bool,
    /// How many reads of the charge show no balance transaction yet (`automatic_async`).
    pub(crate) settles_after_reads: u32,
    /// The same by the clock: `charge.updated` tells of it then.
    pub(crate) settles_in_seconds: Option<i64>,
    /// Where it differs from `currency`.
    pub(crate) settlement_currency: Option<String>,
    /// Settlement per presentment, smallest units, a decimal text; needed where the currencies differ.
    pub(crate) exchange_rate: Option<String>,
    /// In the settlement currency; absent: a plain card price.
    pub(crate) fee: Option<i64>,
    /// Tax on the fee, on top of it.
    pub(crate) fee_tax: i64,
    /// Days until the money is available, counted from 00:00 UTC of its day.
    pub(crate) available_in_days: i64,
    /// Seconds since 1970; absent: now.
    pub(crate) created: Option<i64>,
    /// Laid over the objects that are made.
    pub(crate) charge: Value,
    pub(crate) payment_intent: Value,
    pub(crate) balance_transaction: Value,
}

impl Default for Paid {
    fn default() -> Self {
        Self {
            amount: 0,
            currency: "usd".to_owned(),
            captured: true,
            metadata: Map::new(),
            description: None,
            name: None,
            email: None,
            customer: None,
            method: "card".to_owned(),
            intent: true,
            settles_after_reads: 0,
            settles_in_seconds: None,
            settlement_currency: None,
            exchange_rate: None,
            fee: None,
            fee_tax: 0,
            available_in_days: 2,
            created: None,
            charge: json!({}),
            payment_intent: json!({}),
            balance_transaction: json!({}),
        }
    }
}

/// What was made.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PaidIds {
    pub(crate) charge: String,
    pub(crate) payment_intent: Option<String>,
    pub(crate) balance_transaction: Option<String>,
    /// `charge.succeeded`, as its webhook carries it.
    pub(crate) event: Value,
}

/// Makes intent, charge and balance transaction, and the event.
pub(crate) fn pay(books: &mut Books, paid: &Paid) -> Result<PaidIds, Refusal> {
    let created = paid.created.unwrap_or_else(now);
    let mut charge = made(books, paid, created)?;
    let mut intent = paid.intent.then(|| intent(books, paid, created));
    if let Some(intent) = &mut intent {
        let is_captured = charge["captured"] == true;
        let lower = json!({"amount": charge["amount"], "currency": charge["currency"], "latest_charge": charge["id"]});
        overlay(intent, &lower);
        overlay(
            intent,
            &if is_captured { taken(number(&charge, "amount")) } else { held(number(&charge, "amount")) },
        );
        overlay(intent, &paid.payment_intent);
        charge["payment_intent"] = intent["id"].clone();
    }
    let transaction = if charge["captured"] == true && charge["status"] == "succeeded" {
        Some(land(books, paid, &mut charge)?)
    } else {
        None
    };
    if charge["captured"] == false && charge["status"] == "succeeded" {
        charge::plan_expiry(books, &mut charge);
    }
    books.put(&charge);
    if let Some(intent) = &intent {
        books.put(intent);
    }
    let charge_id = text(&charge, "id");
    let kind = format!("charge.{}", charge["status"].as_str().unwrap_or("succeeded"));
    let event = books.event(&kind, &charge_id, None);
    let intent = intent.map(|intent| text(&intent, "id"));
    if let Some(intent) = &intent {
        let is_captured = charge["captured"] == true;
        let kind = if is_captured { "succeeded" } else { "amount_capturable_updated" };
        books.event(&format!("payment_intent.{kind}"), intent, None);
    }
    Ok(PaidIds { charge: charge_id, payment_intent: intent, balance_transaction: transaction, event })
}

/// What an intent says once its money is there.
pub(crate) fn taken(amount: i64) -> Value {
    json!({"amount_capturable": 0, "amount_received": amount, "status": "succeeded"})
}

/// What an intent says once its money is authorised.
pub(crate) fn held(amount: i64) -> Value {
    json!({"amount_capturable": amount, "amount_received": 0, "status": "requires_capture"})
}

/// A charge that has succeeded, not stored yet.
pub(crate) fn made(books: &mut Books, paid: &Paid, created: i64) -> Result<Value, Refusal> {
    let mut charge = object::blank("charge").unwrap_or_default();
    let settled = paid.settlement_currency.clone().unwrap_or_else(|| paid.currency.clone());
    let mut given = json!({
        "id": books.id(if paid.method == "card" { "ch" } else { "py" }),
        "amount": paid.amount,
        "amount_captured": if paid.captured { paid.amount } else { 0 },
        "captured": paid.captured,
        "created": created,
        "currency": paid.currency,
        "customer": paid.customer,
        "description": paid.description,
        "metadata": paid.metadata,
        "receipt_email": paid.email,
        "billing_details": {"email": paid.email, "name": paid.name},
        "_paid": paid,
    });
    if paid.method == "card" {
        given["payment_method_details"] = json!({"card": {
            "amount_authorized": paid.amount,
            "overcapture": {"maximum_amount_capturable": paid.amount},
        }});
    } else {
        charge["payment_method"] = json!(format!("pm_sandbox_{}", paid.method));
        charge["payment_method_details"] = json!({"type": paid.method});
        charge["payment_method_details"][&paid.method] = object::bank_debit();
    }
    overlay(&mut charge, &given);
    overlay(&mut charge, &paid.charge);
    let currency = text(&charge, "currency");
    if settled != currency {
        let Some(rate) = &paid.exchange_rate else {
            return Err(Refusal::invalid(
                "",
                None,
                format!("{currency} to {settled} needs an exchange_rate"),
            ));
        };
        ledger::rate(rate)?;
        charge["_settlement"] = json!({"currency": settled, "rate": rate});
    }
    charge["refunds"]["url"] = json!(format!("/v1/charges/{}/refunds", text(&charge, "id")));
    Ok(charge)
}

/// An intent that waits for its money, not stored yet.
pub(crate) fn intent(books: &mut Books, paid: &Paid, created: i64) -> Value {
    let mut intent = object::blank("payment_intent").unwrap_or_default();
    let id = books.id("pi");
    let given = json!({
        "id": id,
        "amount": paid.amount,
        "capture_method": if paid.captured { "automatic_async" } else { "manual" },
        "client_secret": format!("{id}_secret_sandbox"),
        "created": created,
        "currency": paid.currency,
        "customer": paid.customer,
        "description": paid.description,
        "metadata": paid.metadata,
        "payment_method_types": [paid.method],
        "receipt_email": paid.email,
    });
    overlay(&mut intent, &given);
    intent
}

/// The money of a charge comes into the balance, at once or when the charge is read or the time has come.
pub(crate) fn land(books: &mut Books, paid: &Paid, charge: &mut Value) -> Result<String, Refusal> {
    let id = text(charge, "id");
    let transaction = transaction(books, paid, charge, number(charge, "amount_captured"))?;
    let is_later = paid.settles_after_reads > 0 || paid.settles_in_seconds.is_some();
    if is_later {
        charge["_balance_transaction"] = transaction.clone();
    } else {
        charge["balance_transaction"] = transaction["id"].clone();
        books.put(&transaction);
    }
    if paid.settles_after_reads > 0 {
        charge["_settles_after_reads"] = json!(paid.settles_after_reads);
    }
    if let Some(seconds) = paid.settles_in_seconds {
        books.agenda.add_move(seconds, Move::Settle(Named { id }));
    }
    Ok(text(&transaction, "id"))
}

/// The row of a charge, or of a part that is captured of it.
pub(crate) fn transaction(
    books: &mut Books,
    paid: &Paid,
    charge: &Value,
    gross: i64,
) -> Result<Value, Refusal> {
    let settlement = Settlement::of(charge);
    let amount = settlement.converted(gross)?;
    let fee = paid.fee.unwrap_or_else(|| card_fee(amount));
    let created = paid.created.unwrap_or_else(now);
    let id = text(charge, "id");
    let row = Row {
        fees: fees(fee, paid.fee_tax, "Stripe processing fees"),
        source: Some(&id),
        description: charge["description"].as_str().map(str::to_owned),
        exchange_rate: settlement.rate.as_deref(),
        created,
        available_on: ledger::midnight(created) + paid.available_in_days * ledger::DAY,
        ..Row::new(amount, &settlement.currency, charge_type(&id), "charge")
    };
    let mut transaction = row.object(books);
    overlay(&mut transaction, &paid.balance_transaction);
    if paid.balance_transaction.get("net").is_none() {
        transaction["net"] = json!(number(&transaction, "amount") - number(&transaction, "fee"));
    }
    Ok(transaction)
}

/// A charge by something else than a card is a `payment`.
pub(crate) fn charge_type(id: &str) -> &'static str {
    if id.starts_with("py_") { "payment" } else { "charge" }
}

/// The payment that made a charge; a plain one for a charge that was put.
pub(crate) fn paid_of(charge: &Value) -> Paid {
    let mut paid: Paid = serde_json::from_value(charge["_paid"].clone()).unwrap_or_default();
    // Its time has passed, and what was laid over the first row does not fit a second.
    paid.created = None;
    paid.balance_transaction = json!({});
    paid
}
