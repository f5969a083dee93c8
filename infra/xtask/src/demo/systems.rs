//! The sandbox's state, narrowed to the documents about one order: a line each, with what a person would look for in that system.

use serde_json::Value;

/// Documents of one collection, and what is shown of each after its name.
struct Shown {
    system: &'static str,
    collection: &'static str,
    title: &'static str,
    name: &'static str,
    facts: &'static [Fact],
}

/// How a field is shown.
enum Fact {
    /// As it is.
    Text(&'static str),
    /// As it is, with what it is.
    Named(&'static str, &'static str),
    /// Stripe's smallest unit, with the currency beside it. The demo pays in US dollars, which have cents.
    Cents(&'static str),
    /// A number of the shop's, in its currency.
    Amount(&'static str),
    /// `{amount, currency}`.
    Money(&'static str),
    /// Magento's number of an invoice's state (`Magento\Sales\Model\Order\Invoice::STATE_…`).
    InvoiceState(&'static str),
    /// Every key that the payment was tagged with.
    Metadata(&'static str),
}

use Fact::{Amount, Cents, InvoiceState, Metadata, Money, Named, Text};

/// In the order in which money and goods move.
const SHOWN: [Shown; 9] = [
    shown("stripe", "charges", "Stripe charge", "id", &[Text("status"), Cents("amount_captured")]),
    shown("stripe", "payment_intents", "Stripe payment", "id", &[Text("status"), Metadata("metadata")]),
    shown("magento", "orders", "Magento order", "increment_id", &[Text("status"), Amount("grand_total")]),
    shown(
        "magento",
        "invoices",
        "Magento invoice",
        "increment_id",
        &[InvoiceState("state"), Amount("grand_total"), Named("transaction", "transaction_id")],
    ),
    shown("erp", "customers", "ERP customer", "id", &[Text("state"), Text("name")]),
    shown("erp", "orders", "ERP sales order", "id", &[Text("status"), Money("total")]),
    shown("erp", "invoices", "ERP invoice", "id", &[Text("state"), Money("total")]),
    shown("erp", "payments", "ERP payment", "id", &[Text("state"), Money("amount")]),
    shown("wms", "fulfilments", "WMS fulfilment", "id", &[Text("state"), Named("service", "service")]),
];

const fn shown(
    system: &'static str,
    collection: &'static str,
    title: &'static str,
    name: &'static str,
    facts: &'static [Fact],
) -> Shown {
    Shown { system, collection, title, name, facts }
}

/// What documents call each other by, besides the order's own names: the ERP's invoice names its order by our key.
const KEYS: [&str; 2] = ["key", "customer_key"];

/// A line for each document that mentions one of the names, or what such a document is called.
pub(super) fn about(state: &Value, names: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    for shown in &SHOWN {
        let found = documents(state, shown).filter(|document| mentions(document, &names));
        let keys = found.flat_map(|document| KEYS.map(|key| document[key].as_str().map(str::to_owned)));
        let keys: Vec<String> = keys.flatten().collect();
        names.extend(keys);
    }
    let mut lines = Vec::new();
    for system in ["stripe", "magento", "erp", "wms"] {
        let before = lines.len();
        for shown in SHOWN.iter().filter(|shown| shown.system == system) {
            let found = documents(state, shown).filter(|document| mentions(document, &names));
            lines.extend(found.map(|document| line(shown, document)));
        }
        if lines.len() == before {
            lines.push(format!("{system}: nothing"));
        }
    }
    lines
}

fn line(shown: &Shown, document: &Value) -> String {
    let facts = shown.facts.iter().filter_map(|fact| fact.of(document));
    let facts: Vec<String> =
        std::iter::once(text(&document[shown.name]).unwrap_or_default()).chain(facts).collect();
    format!("{:<16} {}", shown.title, facts.join("  "))
}

impl Fact {
    fn of(&self, document: &Value) -> Option<String> {
        match self {
            Text(field) => text(&document[*field]),
            Named(name, field) => Some(format!("{name} {}", text(&document[*field])?)),
            Cents(field) => {
                let cents = document[*field].as_u64()?;
                let currency = document["currency"].as_str()?.to_uppercase();
                Some(format!("{}.{:02} {currency}", cents / 100, cents % 100))
            }
            Amount(field) => {
                Some(format!("{} {}", text(&document[*field])?, document["order_currency_code"].as_str()?))
            }
            Money(field) => {
                let money = &document[*field];
                Some(format!("{} {}", text(&money["amount"])?, money["currency"].as_str()?))
            }
            InvoiceState(field) => Some(match document[*field].as_u64()? {
                1 => "open".to_owned(),
                2 => "paid".to_owned(),
                3 => "canceled".to_owned(),
                other => format!("state {other}"),
            }),
            Metadata(field) => {
                let keys = document[*field].as_object()?.iter();
                let keys: Vec<String> =
                    keys.filter_map(|(key, value)| Some(format!("{key}={}", text(value)?))).collect();
                Some(format!("metadata {}", if keys.is_empty() { "none".to_owned() } else { keys.join(" ") }))
            }
        }
    }
}

/// Documents of a collection: a list, or an object by id.
fn documents<'a>(state: &'a Value, shown: &Shown) -> Box<dyn Iterator<Item = &'a Value> + 'a> {
    match &state[shown.system][shown.collection] {
        Value::Array(list) => Box::new(list.iter()),
        Value::Object(by_id) => Box::new(by_id.values()),
        _ => Box::new(std::iter::empty()),
    }
}

fn mentions(document: &Value, names: &[String]) -> bool {
    match document {
        Value::String(text) => names.iter().any(|name| text.contains(name.as_str())),
        Value::Array(list) => list.iter().any(|value| mentions(value, names)),
        Value::Object(fields) => fields.values().any(|value| mentions(value, names)),
        _ => false,
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_about_the_order_is_shown_as_its_system_says_it_and_nothing_else() {
        let state = json!({
            "stripe": {
                "account": "acct_1",
                "charges": [
                    {"id": "ch_1", "payment_intent": "pi_1", "status": "succeeded", "amount_captured": 1205, "currency": "usd"},
                    {"id": "ch_2", "status": "succeeded", "amount_captured": 1, "currency": "usd"},
                ],
                "payment_intents": [{"id": "pi_1", "status": "succeeded", "metadata": {"tb_order": "100"}}],
                "events": [{"id": "evt_1", "charge": "ch_1"}],
            },
            "magento": {
                "orders": {"7": {"increment_id": "100", "status": "processing", "grand_total": 12.05, "order_currency_code": "USD"}},
                "invoices": [{
                    "increment_id": "5", "state": 2, "grand_total": 12.05, "order_currency_code": "USD", "transaction_id": "pi_1"
                }],
            },
            "erp": {
                "customers": [{"id": "C-1", "key": "tb:customer:9", "state": "active", "name": "Ada"}, {"id": "C-2", "key": "x"}],
                "orders": [{
                    "id": "SO-1", "key": "tb:order:7", "customer_key": "tb:customer:9", "number": "100", "status": "open",
                    "total": {"amount": "12.05", "currency": "USD"},
                }],
                "invoices": [
                    {"id": "INV-1", "order_key": "tb:order:7", "state": "posted", "total": {"amount": "12.05", "currency": "USD"}},
                    {"id": "INV-2", "order_key": "tb:order:8", "state": "posted"},
                ],
            },
            "wms": {"fulfilments": []},
        });
        let lines: Vec<String> = about(&state, &["100", "ch_1", "pi_1"])
            .into_iter()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(
            lines,
            [
                "Stripe charge ch_1 succeeded 12.05 USD",
                "Stripe payment pi_1 succeeded metadata tb_order=100",
                "Magento order 100 processing 12.05 USD",
                "Magento invoice 5 paid 12.05 USD transaction pi_1",
                "ERP customer C-1 active Ada",
                "ERP sales order SO-1 open 12.05 USD",
                "ERP invoice INV-1 posted 12.05 USD",
                "wms: nothing",
            ]
        );
    }
}
