//! What the four systems hold of one order, and whether it adds up.

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;

use crate::Order;

/// Beginnings of keys, as the flows make them of the pair's account.
const KEYS: &str = "tb:acct_1TillbridgeLocal";

/// The documents about one order.
#[derive(Clone, Debug)]
pub struct Held {
    /// Stripe's charge.
    pub charge: Value,
    /// Stripe's intent; null where the charge has none.
    pub intent: Value,
    /// Magento's order; null where there is none.
    pub order: Value,
    /// Its invoices.
    pub invoices: Vec<Value>,
    /// The ERP's sales orders of its number.
    pub sales_orders: Vec<Value>,
    /// The ERP's invoices of those.
    pub sales_invoices: Vec<Value>,
    /// What the charge is in the ERP: a payment, or a journal where it became another currency.
    pub receipts: Vec<Value>,
    /// The warehouse's requests of its number.
    pub fulfilments: Vec<Value>,
}

impl Held {
    /// Picks them out of the sandbox's state.
    #[must_use]
    pub fn of(state: &Value, order: &Order) -> Self {
        let all = |system: &str, kind: &str| -> Vec<Value> {
            state[system][kind].as_array().cloned().unwrap_or_default()
        };
        let where_ = |system: &str, kind: &str, field: &str, value: &Value| -> Vec<Value> {
            all(system, kind).into_iter().filter(|found| found[field] == *value).collect()
        };
        let first =
            |kind: &str, id: &Value| where_("stripe", kind, "id", id).into_iter().next().unwrap_or_default();
        let number = Value::from(order.number.clone());
        let shop_order = where_("magento", "orders", "increment_id", &number).pop().unwrap_or_default();
        let sales_orders = where_("erp", "orders", "number", &number);
        let keys: Vec<&Value> = sales_orders.iter().map(|order| &order["key"]).collect();
        let mut sales_invoices = all("erp", "invoices");
        sales_invoices
            .retain(|invoice| invoice["kind"] == "invoice" && keys.contains(&&invoice["order_key"]));
        let receipt = Value::from(format!("{KEYS}:payment:{}", order.charge));
        let receipts = ["payments", "journals"].map(|kind| where_("erp", kind, "key", &receipt)).concat();
        Self {
            charge: first("charges", &Value::from(order.charge.clone())),
            intent: first("payment_intents", &Value::from(order.intent.clone())),
            invoices: where_("magento", "invoices", "order_id", &shop_order["entity_id"]),
            fulfilments: where_("wms", "fulfilments", "order_number", &number),
            order: shop_order,
            sales_invoices,
            receipts,
            sales_orders,
        }
    }

    /// The warehouse's lines (`3 × LAMP-BRASS`), in alphabetical order.
    #[must_use]
    pub fn to_ship(&self) -> Vec<String> {
        let lines = self.fulfilments.iter().flat_map(|found| found["lines"].as_array().into_iter().flatten());
        let mut lines: Vec<String> = lines
            .map(|line| {
                let qty = decimal(&line["qty"]).normalize();
                format!("{qty} × {}", line["sku"].as_str().unwrap_or_default())
            })
            .collect();
        lines.sort();
        lines
    }

    /// Metadata of the intent, or of the charge where it has none.
    #[must_use]
    pub fn metadata(&self) -> &Value {
        if self.intent.is_null() { &self.charge["metadata"] } else { &self.intent["metadata"] }
    }

    /// What the order comes to in whole units of its currency, rounded half-up: Magento keeps two decimals whatever the
    /// currency.
    #[must_use]
    pub fn grand_total(&self) -> Decimal {
        let digits = digits(self.order["order_currency_code"].as_str().unwrap_or_default());
        decimal(&self.order["grand_total"])
            .round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero)
    }

    /// Everything that is not as a paid order must be in Magento and the ERP, each once and to the last cent.
    #[must_use]
    pub fn faults(&self, transaction: &str) -> Vec<String> {
        let mut faults = Vec::new();
        let mut once = |what: &str, found: &[Value]| {
            if found.len() != 1 {
                faults.push(format!("{} {what}: {}", found.len(), Value::from(found.to_vec())));
            }
        };
        once("invoices", &self.invoices);
        once("sales orders", &self.sales_orders);
        once("sales invoices", &self.sales_invoices);
        once("receipts", &self.receipts);
        if let Some(invoice) = self.invoices.first()
            && invoice["transaction_id"] != transaction
        {
            faults.push(format!("the invoice's transaction is {}", invoice["transaction_id"]));
        }
        if decimal(&self.order["total_due"]) != Decimal::ZERO {
            faults.push(format!("{} is still due in Magento", self.order["total_due"]));
        }
        let total = self.grand_total();
        for booked in &self.sales_orders {
            let (sum, said) = (worth(booked), decimal(&booked["total"]["amount"]));
            if (sum, said) != (total, total) {
                faults.push(format!("the order is {total}; the ERP's parts are {sum}, its total {said}"));
            }
        }
        for invoice in &self.sales_invoices {
            if decimal(&invoice["total"]["amount"]) != total {
                faults.push(format!("the order is {total}, the ERP's invoice {}", invoice["total"]));
            }
        }
        for receipt in &self.receipts {
            if received(receipt) != total {
                faults.push(format!("the order is {total}, the ERP's receipt {receipt}"));
            }
        }
        faults
    }
}

/// What the parts of an ERP order come to: lines less discount plus tax, shipping with its tax, less the order's discount.
fn worth(booked: &Value) -> Decimal {
    let digits = digits(booked["currency"].as_str().unwrap_or_default());
    let money = |value: &Value| decimal(&value["amount"]);
    let taxes = |of: &Value| -> Decimal {
        of["tax"].as_array().into_iter().flatten().map(|tax| money(&tax["amount"])).sum()
    };
    let lines: Decimal = booked["lines"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|line| {
            let row = money(&line["unit_price"]) * decimal(&line["qty"]);
            let row = row.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
            row - money(&line["discount"]) + taxes(line)
        })
        .sum();
    let shipping = &booked["shipping"];
    lines + money(&shipping["amount"]) + taxes(shipping) - money(&booked["discount"])
}

/// What a customer has paid by it: the amount of a payment, the customer's side of a journal.
fn received(receipt: &Value) -> Decimal {
    let lines = receipt["lines"].as_array().into_iter().flatten();
    let credit =
        lines.filter(|line| line["party_key"].is_string()).map(|line| &line["credit"]["amount"]).next();
    decimal(credit.unwrap_or(&receipt["amount"]["amount"]))
}

/// Decimals of the currencies that the tests use (ISO 4217).
fn digits(currency: &str) -> u32 {
    match currency {
        "JPY" => 0,
        "KWD" => 3,
        _ => 2,
    }
}

/// A number as JSON writes it, or a decimal as text; 0 where there is none.
fn decimal(value: &Value) -> Decimal {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.parse().unwrap_or_default()
}
