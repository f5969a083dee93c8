//! All that the ERP keeps.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::document::{Document, Kind};
use super::stock::Level;
use crate::ErpSettings;
use crate::clock;
use crate::problem::Problem;
use crate::shelf::{Shelf, View};

/// A line of the ledger.
#[derive(Clone, Debug)]
pub(crate) struct Posting {
    /// The key of the document that posts it.
    pub(crate) document: String,
    pub(crate) date: Date,
    pub(crate) account: String,
    pub(crate) currency: String,
    /// Debit above nothing, credit below.
    pub(crate) amount: Decimal,
    /// The same in the company's currency.
    pub(crate) base: Decimal,
    /// The customer, on what customers owe.
    pub(crate) party: Option<String>,
}

/// All documents and the ledger.
#[derive(Debug)]
pub(crate) struct State {
    shelves: BTreeMap<Kind, Shelf<Document>>,
    by_key: HashMap<(Kind, String), Vec<String>>,
    /// Documents that name another by its key: invoices of an order, credit notes and payments of an invoice.
    by_link: HashMap<(Kind, String), Vec<String>>,
    pub(crate) ledger: Vec<Posting>,
    pub(crate) stock: BTreeMap<String, Level>,
    /// Answers to POSTs by their idempotency key.
    pub(crate) answered: HashMap<String, (String, u16, Value)>,
    pub(crate) open_from: Date,
}

impl State {
    /// Nothing.
    pub(crate) fn new(settings: &ErpSettings) -> Self {
        Self {
            shelves: BTreeMap::new(),
            by_key: HashMap::new(),
            by_link: HashMap::new(),
            ledger: Vec::new(),
            stock: BTreeMap::new(),
            answered: HashMap::new(),
            open_from: settings.open_from.parse().unwrap_or(Date::ZERO),
        }
    }

    /// The document of a key: the oldest that is not cancelled, else the oldest.
    pub(crate) fn find(&self, kind: Kind, key: &str) -> Option<&Document> {
        let mut all = self.all_of_key(kind, key, View::NOW);
        let first = all.next()?;
        if first.state == "cancelled" {
            return all.find(|document| document.state != "cancelled").or(Some(first));
        }
        Some(first)
    }

    /// Every document of a key, oldest first.
    pub(crate) fn all_of_key(&self, kind: Kind, key: &str, view: View) -> impl Iterator<Item = &Document> {
        let ids = self.by_key.get(&(kind, key.to_owned())).map(Vec::as_slice).unwrap_or_default();
        ids.iter().filter_map(move |id| self.shelves.get(&kind)?.get(id, view))
    }

    /// Documents of a kind that name a key.
    pub(crate) fn linked(&self, kind: Kind, key: &str) -> impl Iterator<Item = &Document> {
        let ids = self.by_link.get(&(kind, key.to_owned())).map(Vec::as_slice).unwrap_or_default();
        ids.iter().filter_map(move |id| self.shelves.get(&kind)?.get(id, View::NOW))
    }

    /// All of a kind, oldest first.
    pub(crate) fn documents(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Document> {
        self.documents_at(kind, View::NOW)
    }

    /// All of a kind as they were then.
    pub(crate) fn documents_at(&self, kind: Kind, view: View) -> impl DoubleEndedIterator<Item = &Document> {
        self.shelves.get(&kind).into_iter().flat_map(move |shelf| shelf.all(view))
    }

    /// A document by its id.
    pub(crate) fn by_id(&self, kind: Kind, id: &str) -> Result<&Document, Problem> {
        let found = self.shelves.get(&kind).and_then(|shelf| shelf.get(id, View::NOW));
        found.ok_or_else(|| Problem::not_found(&format!("{} `{id}`", kind.plural())))
    }

    /// Stores a new document.
    pub(crate) fn insert(
        &mut self,
        kind: Kind,
        key: &str,
        content: Value,
        hash: String,
        computed: Map<String, Value>,
    ) -> Document {
        let shelf = self.shelves.entry(kind).or_default();
        let now = clock::now();
        let document = Document {
            kind,
            id: format!("{}-{:06}", kind.prefix(), shelf.len() + 1),
            key: key.to_owned(),
            state: kind.first_state(),
            content,
            hash,
            computed,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        shelf.put(&document.id, document.clone());
        self.by_key.entry((kind, key.to_owned())).or_default().push(document.id.clone());
        let allocated = document.content.get("allocations").and_then(Value::as_array).into_iter().flatten();
        let named = ["order_key", "against"].into_iter().filter_map(|name| document.content.get(name));
        let links: BTreeSet<&str> = named
            .chain(allocated.filter_map(|row| row.get("invoice_key")))
            .filter_map(Value::as_str)
            .collect();
        for link in links {
            self.by_link.entry((kind, link.to_owned())).or_default().push(document.id.clone());
        }
        document
    }

    /// Stores a changed document as its next version.
    pub(crate) fn update(&mut self, mut document: Document) -> Document {
        document.version += 1;
        document.updated_at = clock::now();
        self.shelves.entry(document.kind).or_default().put(&document.id, document.clone());
        document
    }

    /// 422 where a day is closed.
    pub(crate) fn check_open(&self, date: Date, at: &str) -> Result<(), Problem> {
        if date >= self.open_from {
            return Ok(());
        }
        let detail = format!("{date} is closed");
        Err(Problem::field(at, "period_closed", detail).with("first_open", self.open_from.to_string()))
    }
}
