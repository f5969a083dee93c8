//! Orders and the charges that pay them, made to fit each other: what a shop and its checkout leave behind.

mod amounts;
mod basket;
mod item;
mod kind;
mod order;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::stripe::{Paid, PaidIds};
use basket::Basket;
pub use kind::NoSuchKind;
use kind::{Kind, Tie};

/// What to make.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seed {
    /// `simple` (where none is given) and others; an unknown one is answered with the list.
    pub kind: String,
    /// The payment's metadata; absent: what Stripe's own Magento module writes.
    pub metadata: Option<Map<String, Value>>,
    /// The payment is authorised only.
    pub authorised_only: bool,
    /// How many reads of the charge show no balance transaction yet.
    pub settles_after_reads: u32,
    /// Make the charge only: the order comes later, or never.
    pub without_order: bool,
    /// Days until the money can be paid out; absent: 2.
    pub available_in_days: Option<i64>,
    /// The currency that the money settles in; absent: `usd`.
    pub settled_in: Option<String>,
}

/// What was made.
#[derive(Clone, Debug, Serialize)]
pub struct Seeded {
    /// The kind.
    pub kind: String,
    /// The order number that people see.
    pub increment_id: String,
    /// The shop's id of it; absent with `without_order`.
    pub entity_id: Option<u64>,
    /// The charge.
    pub charge: String,
    /// Its intent.
    pub payment_intent: Option<String>,
    /// What was charged, in Stripe's smallest unit.
    pub amount: i64,
    /// Stripe's currency code.
    pub currency: String,
    /// Σ of the order as Magento shows it.
    pub grand_total: String,
    /// The webhook's body, to be signed and sent.
    pub event: Value,
    /// The order, for those who put it later.
    pub order: Value,
}

/// The first order number: it rises with time, so that two runs do not share one.
pub(crate) fn first_number() -> u64 {
    const NEW_YEAR_2026: i64 = 1_767_225_600;
    let seconds = crate::clock::now().as_second().saturating_sub(NEW_YEAR_2026);
    u64::try_from(seconds).unwrap_or_default()
}

/// Makes an order and its charge.
pub(crate) fn make(
    seed: &Seed,
    number: u64,
    put_order: impl FnOnce(Value) -> u64,
    pay: impl FnOnce(&Paid) -> Result<PaidIds, String>,
) -> Result<Seeded, NoSuchKind> {
    let kind = Kind::named(if seed.kind.is_empty() { "simple" } else { &seed.kind })?;
    let increment_id = format!("{:09}", 100_000_000 + number);
    let basket: Basket = kind.basket();
    let totals = basket.totals();
    let order = order::order(&basket, &totals, &increment_id, number);
    let grand_total = totals.order.grand_total;
    let stripe_currency = basket.charged_in.unwrap_or(basket.currency).to_lowercase();
    let amount = stripe_amount(grand_total, &stripe_currency) + kind.charged_too_much();
    let settled_in = seed.settled_in.clone().unwrap_or_else(|| "usd".to_owned());
    let is_exchanged = settled_in != stripe_currency;
    let paid = Paid {
        amount,
        currency: stripe_currency.clone(),
        captured: !seed.authorised_only,
        metadata: seed.metadata.clone().unwrap_or_else(|| metadata(kind.tie(), &increment_id)),
        description: kind.tie().describes().then(|| format!("Order #{increment_id} by Ada Lovelace")),
        name: Some("Ada Lovelace".to_owned()),
        email: Some("ada@example.com".to_owned()),
        settles_after_reads: seed.settles_after_reads,
        settlement_currency: Some(settled_in),
        exchange_rate: basket.stripe_rate.filter(|_| is_exchanged).map(|rate| rate.to_string()),
        available_in_days: seed.available_in_days.unwrap_or(Paid::default().available_in_days),
        ..Paid::default()
    };
    let ids = pay(&paid).map_err(NoSuchKind::unpayable)?;
    let entity_id = (!seed.without_order).then(|| put_order(order.clone()));
    Ok(Seeded {
        kind: kind.name().to_owned(),
        increment_id,
        entity_id,
        charge: ids.charge,
        payment_intent: ids.payment_intent,
        amount,
        currency: stripe_currency,
        grand_total: grand_total.to_string(),
        event: ids.event,
        order,
    })
}

/// Whole units of the currency as Stripe counts them (docs.stripe.com/currencies), half-up.
fn stripe_amount(total: Decimal, currency: &str) -> i64 {
    let factor = match currency {
        "jpy" => 1,
        "kwd" => 1000,
        _ => 100,
    };
    (total * Decimal::from(factor))
        .round_dp_with_strategy(0, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
        .to_i64()
        .unwrap_or_default()
}

fn metadata(tie: Tie, increment_id: &str) -> Map<String, Value> {
    let pairs = match tie {
        // What Stripe's module writes: a blank and a `#` in the key.
        Tie::Module => json!({"Order #": increment_id}),
        Tie::Merchant => json!({"magentoorderid": increment_id}),
        Tie::Description | Tie::None => json!({}),
    };
    pairs.as_object().cloned().unwrap_or_default()
}
