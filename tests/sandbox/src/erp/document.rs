//! A document: what was sent, and what the ERP made of it.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::wire::decimal;
use crate::problem::Problem;

/// Kinds of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    Customer,
    Item,
    Order,
    Invoice,
    Payment,
    Journal,
    Shipment,
}

impl Kind {
    pub(crate) const ALL: [Self; 7] = [
        Self::Customer,
        Self::Item,
        Self::Order,
        Self::Invoice,
        Self::Payment,
        Self::Journal,
        Self::Shipment,
    ];

    /// The name in paths.
    pub(crate) const fn plural(self) -> &'static str {
        match self {
            Self::Customer => "customers",
            Self::Item => "items",
            Self::Order => "orders",
            Self::Invoice => "invoices",
            Self::Payment => "payments",
            Self::Journal => "journals",
            Self::Shipment => "shipments",
        }
    }

    /// The head of ids.
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::Customer => "CUS",
            Self::Item => "ITM",
            Self::Order => "SO",
            Self::Invoice => "INV",
            Self::Payment => "PAY",
            Self::Journal => "JRN",
            Self::Shipment => "SHP",
        }
    }

    /// Whether another content under the same key changes it; documents proper are never changed.
    pub(crate) const fn changes(self) -> bool {
        matches!(self, Self::Customer | Self::Item)
    }

    /// The state that it begins in.
    pub(crate) const fn first_state(self) -> &'static str {
        match self {
            Self::Customer | Self::Item => "active",
            Self::Order => "draft",
            Self::Invoice | Self::Payment | Self::Journal | Self::Shipment => "posted",
        }
    }

    /// The kind of that path.
    pub(crate) fn named(plural: &str) -> Result<Self, Problem> {
        let found = Self::ALL.into_iter().find(|kind| kind.plural() == plural);
        found.ok_or_else(|| Problem::new(404, "no_such_route", format!("/{plural}")))
    }
}

/// One document.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) kind: Kind,
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) state: &'static str,
    pub(crate) content: Value,
    pub(crate) hash: String,
    /// What the ERP worked out.
    pub(crate) computed: Map<String, Value>,
    pub(crate) version: u64,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl Document {
    /// As it is served: the content, and around it what is the ERP's.
    pub(crate) fn json(&self) -> Value {
        let mut members = self.content.as_object().cloned().unwrap_or_default();
        members.extend(self.computed.clone());
        let own = json!({
            "id": self.id,
            "key": self.key,
            "state": self.state,
            "hash": self.hash,
            "version": self.version,
            "created_at": self.created_at.to_string(),
            "updated_at": self.updated_at.to_string(),
        });
        members.extend(own.as_object().cloned().unwrap_or_default());
        Value::Object(members)
    }
}

/// A hash of what content means: order of members and spelling of quantities aside.
pub(crate) fn hash(content: &Value) -> String {
    let mut text = String::new();
    canonical(content, "", &mut text);
    hex::encode(Sha256::digest(text.as_bytes()))
}

fn canonical(value: &Value, name: &str, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            text.push('{');
            for name in names {
                text.push_str(&Value::String(name.clone()).to_string());
                text.push(':');
                canonical(&members[name], name, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                canonical(item, name, text);
                text.push(',');
            }
            text.push(']');
        }
        // `1`, `1.0` and `"1"` are the same quantity.
        Value::Number(_) => text.push_str(&number(value)),
        Value::String(_) if name == "qty" => text.push_str(&number(value)),
        other => text.push_str(&other.to_string()),
    }
}

fn number(value: &Value) -> String {
    decimal(value).map_or_else(|| value.to_string(), |number| number.normalize().to_string())
}
