//! How payments come to be: what a shop's checkout does at Stripe, in one step.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::books::{Books, now, overlay, served};
use super::object;

/// A payment to be made. Whatever is left out is as for a card payment of a guest.
#[derive(Clone, Debug, Deserialize)]
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
    /// Whether there is a payment intent; old charges have none.
    pub(crate) intent: bool,
    /// How many reads of the charge show no balance transaction yet (`automatic_async`).
    pub(crate) settles_after_reads: u32,
    /// Where it differs from `currency`.
    pub(crate) settlement_currency: Option<String>,
    /// Settlement per presentment, smallest units, a decimal text; needed where the currencies differ.
    pub(crate) exchange_rate: Option<String>,
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
            intent: true,
            settles_after_reads: 0,
            settlement_currency: None,
            exchange_rate: None,
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
pub(crate) fn pay(books: &mut Books, paid: &Paid) -> Result<PaidIds, String> {
    let created = paid.created.unwrap_or_else(now);
    let mut charge = charge(books, paid, created);
    let intent = paid.intent.then(|| intent(books, paid, created, &mut charge));
    let mut transaction_id = None;
    if charge["captured"] == true && charge["status"] == "succeeded" {
        let transaction = transaction(books, paid, &charge)?;
        transaction_id = transaction["id"].as_str().map(str::to_owned);
        if paid.settles_after_reads > 0 {
            charge["_balance_transaction"] = transaction;
            charge["_settles_after_reads"] = json!(paid.settles_after_reads);
        } else {
            charge["balance_transaction"] = transaction["id"].clone();
            books.put(&transaction);
        }
    }
    books.put(&charge);
    if let Some(intent) = &intent {
        books.put(intent);
    }
    let id = |object: &Value| object["id"].as_str().map(str::to_owned);
    let charge_id = id(&charge).ok_or("a charge has an id")?;
    let kind = format!("charge.{}", charge["status"].as_str().unwrap_or("succeeded"));
    let mut event = books.event(&kind, &charge_id, None);
    if let Some(intent) = intent.as_ref().and_then(id)
        && charge["captured"] == true
    {
        books.event("payment_intent.succeeded", &intent, None);
    }
    event = served(&event);
    Ok(PaidIds {
        charge: charge_id,
        payment_intent: intent.as_ref().and_then(id),
        balance_transaction: transaction_id,
        event,
    })
}

fn charge(books: &mut Books, paid: &Paid, created: i64) -> Value {
    let mut charge = object::blank("charge").unwrap_or_default();
    let given = json!({
        "id": books.id("ch"),
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
        "payment_method_details": {"card": {
            "amount_authorized": paid.amount,
            "overcapture": {"maximum_amount_capturable": paid.amount},
        }},
    });
    overlay(&mut charge, &given);
    overlay(&mut charge, &paid.charge);
    charge["refunds"]["url"] =
        json!(format!("/v1/charges/{}/refunds", charge["id"].as_str().unwrap_or_default()));
    charge
}

fn intent(books: &mut Books, paid: &Paid, created: i64, charge: &mut Value) -> Value {
    let mut intent = object::blank("payment_intent").unwrap_or_default();
    let id = books.id("pi");
    let (captured, amount) = (charge["captured"] == true, charge["amount"].clone());
    let given = json!({
        "id": id,
        "amount": amount,
        "amount_capturable": if captured { json!(0) } else { amount.clone() },
        "amount_received": if captured { amount } else { json!(0) },
        "capture_method": if captured { "automatic_async" } else { "manual" },
        "client_secret": format!("{id}_secret_sandbox"),
        "created": created,
        "currency": charge["currency"],
        "customer": charge["customer"],
        "description": charge["description"],
        "latest_charge": charge["id"],
        "metadata": paid.metadata,
        "receipt_email": paid.email,
        "status": if captured { "succeeded" } else { "requires_capture" },
    });
    overlay(&mut intent, &given);
    overlay(&mut intent, &paid.payment_intent);
    charge["payment_intent"] = intent["id"].clone();
    intent
}

fn transaction(books: &mut Books, paid: &Paid, charge: &Value) -> Result<Value, String> {
    let currency = charge["currency"].as_str().unwrap_or_default().to_owned();
    let settled = paid.settlement_currency.clone().unwrap_or_else(|| currency.clone());
    let gross = charge["amount_captured"].as_i64().unwrap_or_default();
    let rate = paid.exchange_rate.as_deref().and_then(|text| text.parse::<Decimal>().ok());
    let amount = match rate {
        _ if settled == currency => gross,
        None => return Err(format!("{currency} to {settled} needs an exchange_rate")),
        Some(rate) => (Decimal::from(gross) * rate)
            .round_dp_with_strategy(0, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
            .to_i64()
            .ok_or("the settled amount is too large")?,
    };
    // 2.9 % and 30 of the smallest unit, rounded down: a plain card price.
    let fee = amount * 29 / 1000 + 30;
    let mut transaction = row(books, amount, fee, &settled, "charge", charge);
    if let Some(rate) = paid.exchange_rate.as_deref().filter(|_| settled != currency) {
        transaction["exchange_rate"] = serde_json::from_str(rate).unwrap_or(Value::Null);
    }
    overlay(&mut transaction, &paid.balance_transaction);
    Ok(transaction)
}

/// A row of the balance.
pub(crate) fn row(
    books: &mut Books,
    amount: i64,
    fee: i64,
    currency: &str,
    kind: &str,
    source: &Value,
) -> Value {
    let mut row = object::transaction();
    let details = json!([{
        "amount": fee,
        "application": null,
        "currency": currency,
        "description": "Stripe processing fees",
        "type": "stripe_fee",
    }]);
    let given = json!({
        "id": books.id("txn"),
        "amount": amount,
        "fee": fee,
        "fee_details": if fee == 0 { json!([]) } else { details },
        "net": amount - fee,
        "currency": currency,
        "type": kind,
        "reporting_category": kind,
        "source": source["id"],
        "description": source["description"],
    });
    overlay(&mut row, &given);
    row
}
