//! Documents as the ERP keeps them, and which of several under one key is the one.

use std::fmt;

use canonical::NaturalKey;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::wire::MoneyText;
use crate::{Client, Error};

/// Kinds of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Who buys.
    Customer,
    /// What is sold.
    Item,
    /// A sales order.
    Order,
    /// An invoice.
    Invoice,
    /// A credit note: an invoice of another kind.
    CreditNote,
    /// Money in or out.
    Payment,
    /// A journal entry.
    Journal,
}

impl Kind {
    /// The name in paths.
    pub(crate) const fn plural(self) -> &'static str {
        match self {
            Self::Customer => "customers",
            Self::Item => "items",
            Self::Order => "orders",
            Self::Invoice | Self::CreditNote => "invoices",
            Self::Payment => "payments",
            Self::Journal => "journals",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Customer => "customer",
            Self::Item => "item",
            Self::Order => "order",
            Self::Invoice => "invoice",
            Self::CreditNote => "credit note",
            Self::Payment => "payment",
            Self::Journal => "journal",
        })
    }
}

/// What is there after a put.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Output")]
pub struct Kept {
    /// The ERP's id.
    pub id: String,
    /// The key.
    pub key: NaturalKey,
    /// Whether this call made it.
    pub created: bool,
}

/// A document: what every kind has, and the rest as it came.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Document {
    pub(crate) id: String,
    /// `draft`, `confirmed`, `posted`, `cancelled`, `reversed` …
    #[serde(default)]
    pub(crate) state: String,
    #[serde(default)]
    pub(crate) total: Option<MoneyText>,
    #[serde(flatten)]
    pub(crate) content: Map<String, Value>,
}

impl Document {
    /// Whether it counts no more: taken back, or (a journal) undone by another.
    pub(crate) fn is_cancelled(&self) -> bool {
        matches!(self.state.as_str(), "cancelled" | "canceled" | "void" | "reversed")
    }

    /// What names it.
    pub(crate) fn key(&self) -> Option<NaturalKey> {
        self.content.get("key")?.as_str()?.parse().ok()
    }

    /// What it holds, in the form that we send; `None` where it is of another form.
    pub(crate) fn content<T: DeserializeOwned>(&self) -> Option<T> {
        let mut content = self.content.clone();
        if let Some(total) = &self.total {
            content.insert("total".to_owned(), serde_json::to_value(total).ok()?);
        }
        serde_json::from_value(Value::Object(content)).ok()
    }
}

/// Every document of a key that is not cancelled, the lowest id first.
pub(crate) async fn of_key(client: &Client, kind: Kind, key: &NaturalKey) -> Result<Vec<Document>, Error> {
    Ok(live(client.port().of_key(kind, key).await?))
}

/// The one document of a key that is not cancelled, where there is one. Two are for a person: which of them was meant, and what
/// has already been done with the other, nobody here can know.
pub(crate) async fn sole(client: &Client, kind: Kind, key: &NaturalKey) -> Result<Option<Document>, Error> {
    let mut documents = of_key(client, kind, key).await?.into_iter();
    let Some(first) = documents.next() else { return Ok(None) };
    let others: Vec<String> = documents.map(|document| document.id).collect();
    if others.is_empty() {
        return Ok(Some(first));
    }
    let others = others.join(", ");
    Err(Error::DuplicateDocument { kind, key: key.clone(), kept: first.id, others })
}

/// The document of a key that the ERP says is taken.
pub(crate) async fn holder(client: &Client, kind: Kind, key: &NaturalKey) -> Result<Document, Error> {
    let all = client.port().of_key(kind, key).await?;
    let cancelled = all.first().map(|document| document.id.clone());
    match (live(all).into_iter().next(), cancelled) {
        (Some(document), _) => Ok(document),
        (None, Some(id)) => Err(Error::DocumentCancelled { kind, key: key.clone(), id }),
        (None, None) => Err(Error::NotListed { kind, key: key.clone() }),
    }
}

/// Without the cancelled ones and without repeats, the lowest id first. Ids that are numbers but for a prefix order by
/// the number: `SO-9` comes before `SO-10`.
pub(crate) fn live(mut documents: Vec<Document>) -> Vec<Document> {
    documents.retain(|document| !document.is_cancelled());
    documents.sort_by_cached_key(|document| {
        let digits = document.id.trim_start_matches(|c: char| !c.is_ascii_digit());
        (digits.trim_start_matches('0').len(), digits.to_owned(), document.id.clone())
    });
    documents.dedup_by(|one, other| one.id == other.id);
    documents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_id_comes_first_and_cancelled_ones_do_not_count() {
        let document = |id: &str, state: &str| Document {
            id: id.to_owned(),
            state: state.to_owned(),
            total: None,
            content: Map::new(),
        };
        let rows = vec![
            document("SO-10", "draft"),
            document("SO-000009", "confirmed"),
            document("SO-8", "cancelled"),
            document("SO-10", "draft"),
        ];
        let ids: Vec<String> = live(rows).into_iter().map(|row| row.id).collect();
        assert_eq!(ids, ["SO-000009", "SO-10"]);
    }
}
