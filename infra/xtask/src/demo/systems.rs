//! The sandbox's state, narrowed to the documents about one order, a line each.

use serde_json::Value;

/// The systems, in the order in which money and goods move.
const SYSTEMS: [(&str, &str); 4] =
    [("stripe", "Stripe"), ("magento", "Magento"), ("erp", "ERP"), ("wms", "WMS")];
/// What names a document, first that is there.
const NAMES: [&str; 5] = ["increment_id", "number", "key", "id", "entity_id"];
/// What says where it stands.
const STANDINGS: [&str; 3] = ["status", "state", "txn_id"];
/// What says how much.
const AMOUNTS: [&str; 5] = ["grand_total", "total", "amount_captured", "amount", "total_paid"];

/// A line for each document that mentions one of the names.
pub(super) fn about(state: &Value, names: &[&str]) -> Vec<String> {
    let mut lines = Vec::new();
    for (key, title) in SYSTEMS {
        let mut found = Vec::new();
        for (collection, documents) in state[key].as_object().into_iter().flatten() {
            // What has happened is shown by what is; requests and events would only repeat it.
            if matches!(collection.as_str(), "events" | "requests" | "balances") {
                continue;
            }
            found.extend(each(documents).filter(|document| mentions(document, names)).map(|document| {
                let facts: Vec<String> = [&NAMES[..], &STANDINGS, &AMOUNTS]
                    .into_iter()
                    .filter_map(|fields| fields.iter().find_map(|field| short(&document[*field])))
                    .collect();
                format!("{title:<8} {collection:<22} {}", facts.join("  "))
            }));
        }
        if found.is_empty() {
            found.push(format!("{title:<8} nothing"));
        }
        lines.extend(found);
    }
    lines
}

/// Documents of a collection: a list, or an object by id.
fn each(documents: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match documents {
        Value::Array(list) => Box::new(list.iter()),
        Value::Object(by_id) => Box::new(by_id.values()),
        _ => Box::new(std::iter::empty()),
    }
}

fn mentions(document: &Value, names: &[&str]) -> bool {
    match document {
        Value::String(text) => names.iter().any(|name| text.contains(name)),
        Value::Array(list) => list.iter().any(|value| mentions(value, names)),
        Value::Object(fields) => fields.values().any(|value| mentions(value, names)),
        _ => false,
    }
}

fn short(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        // Money of ours: {minor, currency}; of others: {amount, currency}.
        Value::Object(money) => {
            let amount = money.get("minor").or_else(|| money.get("amount"))?;
            Some(format!("{} {}", short(amount)?, short(money.get("currency")?)?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_documents_about_the_order_are_shown() {
        let state = json!({
            "stripe": {"account": "acct_1", "charges": [{"id": "ch_1", "status": "succeeded", "amount": 5}, {"id": "ch_2"}]},
            "magento": {"orders": {"7": {"increment_id": "100", "status": "processing", "grand_total": 12.5}}},
            "erp": {"sales_orders": [{"number": "SO-1", "reference": "100", "total": {"amount": "12.50", "currency": "USD"}}]},
            "wms": {"fulfilments": [], "events": [{"id": "100"}]},
        });
        let lines: Vec<String> = about(&state, &["100", "ch_1"])
            .into_iter()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(
            lines,
            [
                "Stripe charges ch_1 succeeded 5",
                "Magento orders 100 processing 12.5",
                "ERP sales_orders SO-1 12.50 USD",
                "WMS nothing",
            ]
        );
    }
}
