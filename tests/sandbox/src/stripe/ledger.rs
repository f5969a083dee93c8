//! The balance: its rows, what they cost, what it is worth, and in which currency a payment reaches it
//! (<https://docs.stripe.com/reports/balance-transaction-types>, <https://docs.stripe.com/currencies/conversions>).

use std::collections::BTreeMap;

use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};

use super::books::{Books, now, number, overlay, text};
use super::error::Refusal;
use super::object;

/// Seconds.
pub(crate) const DAY: i64 = 86_400;
/// Decimals of an exchange rate, at most.
const RATE_DECIMALS_MAX: u32 = 6;

/// One part of a row's fee. Positive: a cost.
#[derive(Clone, Debug)]
pub(crate) struct Fee {
    pub(crate) amount: i64,
    /// `stripe_fee`, `tax`, …
    pub(crate) kind: &'static str,
    pub(crate) description: &'static str,
}

/// Stripe's fee and the tax on it, where there are any.
pub(crate) fn fees(amount: i64, tax: i64, description: &'static str) -> Vec<Fee> {
    let parts = [
        Fee { amount, kind: "stripe_fee", description },
        Fee { amount: tax, kind: "tax", description: "Tax on Stripe fees" },
    ];
    parts.into_iter().filter(|fee| fee.amount != 0).collect()
}

/// What a plain card payment costs: 2.9 % and 30 of the smallest unit, rounded down.
pub(crate) const fn card_fee(amount: i64) -> i64 {
    amount * 29 / 1000 + 30
}

/// A row to be made. `net` follows: amount less fees.
#[derive(Clone, Debug)]
pub(crate) struct Row<'a> {
    pub(crate) amount: i64,
    pub(crate) fees: Vec<Fee>,
    pub(crate) currency: &'a str,
    /// `type`
    pub(crate) kind: &'a str,
    pub(crate) category: &'a str,
    pub(crate) source: Option<&'a str>,
    pub(crate) description: Option<String>,
    /// A decimal text.
    pub(crate) exchange_rate: Option<&'a str>,
    pub(crate) created: i64,
    pub(crate) available_on: i64,
}

impl<'a> Row<'a> {
    /// A row of this second, available at once.
    pub(crate) fn new(amount: i64, currency: &'a str, kind: &'a str, category: &'a str) -> Self {
        Self {
            amount,
            fees: Vec::new(),
            currency,
            kind,
            category,
            source: None,
            description: None,
            exchange_rate: None,
            created: now(),
            available_on: now(),
        }
    }

    /// The object, not yet in the balance.
    pub(crate) fn object(&self, books: &mut Books) -> Value {
        let detail = |fee: &Fee| {
            json!({
                "amount": fee.amount,
                "application": null,
                "currency": self.currency,
                "description": fee.description,
                "type": fee.kind,
            })
        };
        let fee: i64 = self.fees.iter().map(|fee| fee.amount).sum();
        let given = json!({
            "id": books.id("txn"),
            "amount": self.amount,
            "available_on": self.available_on,
            "created": self.created,
            "currency": self.currency,
            "description": self.description,
            "exchange_rate": self.exchange_rate.and_then(|rate| serde_json::from_str::<Value>(rate).ok()),
            "fee": fee,
            "fee_details": self.fees.iter().map(detail).collect::<Vec<_>>(),
            "net": self.amount - fee,
            "reporting_category": self.category,
            "source": self.source,
            "status": if self.available_on <= now() { "available" } else { "pending" },
            "type": self.kind,
        });
        let mut row = object::transaction();
        overlay(&mut row, &given);
        row
    }

    /// Puts it into the balance; gives its id.
    pub(crate) fn post(&self, books: &mut Books) -> String {
        let row = self.object(books);
        books.put(&row);
        text(&row, "id")
    }
}

/// In which currency, and at which rate, a charge reaches the balance.
#[derive(Clone, Debug)]
pub(crate) struct Settlement {
    pub(crate) currency: String,
    /// A decimal text; absent, where nothing is converted.
    pub(crate) rate: Option<String>,
}

impl Settlement {
    /// That of a charge when it was made.
    pub(crate) fn of(charge: &Value) -> Self {
        let own = &charge["_settlement"];
        Self {
            currency: own["currency"].as_str().map_or_else(|| text(charge, "currency"), str::to_owned),
            rate: own["rate"].as_str().map(str::to_owned),
        }
    }

    /// The same by another rate: the one that is given, or today's, or the charge's own.
    pub(crate) fn today(charge: &Value, books: &Books, given: Option<&str>) -> Self {
        let own = Self::of(charge);
        let today = books.account.rates.get(&(text(charge, "currency"), own.currency.clone()));
        let rate = given.map(str::to_owned).or_else(|| today.cloned()).or_else(|| own.rate.clone());
        Self { rate: own.rate.as_ref().and(rate), ..own }
    }

    /// What an amount of the charge's currency is there: smallest units to smallest units, half away from zero.
    pub(crate) fn converted(&self, amount: i64) -> Result<i64, Refusal> {
        let Some(text) = &self.rate else { return Ok(amount) };
        (Decimal::from(amount) * rate(text)?)
            .round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)
            .to_i64()
            .ok_or_else(|| Refusal::invalid("", None, "the settled amount is too large"))
    }
}

/// An exchange rate as Stripe gives them.
pub(crate) fn rate(text: &str) -> Result<Decimal, Refusal> {
    let rate = text.parse::<Decimal>().ok().filter(|rate| rate.scale() <= RATE_DECIMALS_MAX);
    rate.filter(|rate| *rate > Decimal::ZERO).ok_or_else(|| {
        Refusal::invalid("", None, format!("an exchange rate has at most six decimals, not {text}"))
    })
}

/// 00:00 UTC of that day.
pub(crate) const fn midnight(at: i64) -> i64 {
    at - at.rem_euclid(DAY)
}

/// Σ net by currency, available and pending; only of what payouts are made of.
pub(crate) fn balance(books: &Books) -> [BTreeMap<String, i64>; 2] {
    let (mut available, mut pending) = (BTreeMap::new(), BTreeMap::new());
    for row in books.raw_all("balance_transaction").filter(|row| row["balance_type"] == "payments") {
        let sums = if row["status"] == "available" { &mut available } else { &mut pending };
        *sums.entry(text(row, "currency")).or_insert(0) += number(row, "net");
    }
    [available, pending]
}

/// Puts the opposite of a row into the balance, fees excepted: those are not given back.
pub(crate) fn reverse(
    books: &mut Books,
    id: &str,
    kind: &str,
    category: &str,
    source: &str,
) -> Option<String> {
    let row = books.raw(id)?.clone();
    let currency = text(&row, "currency");
    let rate = row["exchange_rate"].is_number().then(|| row["exchange_rate"].to_string());
    let reversal = Row {
        source: Some(source),
        exchange_rate: rate.as_deref(),
        // What is not there yet cannot be taken back before it comes.
        available_on: now().max(number(&row, "available_on")),
        ..Row::new(-number(&row, "amount"), &currency, kind, category)
    };
    Some(reversal.post(books))
}
