//! All documents of the site.

use std::collections::{BTreeMap, HashSet};

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::ledger::Gl;
use super::refusal::Refusal;
use super::settings::{ERPNEXT_COMPANY, ErpnextSettings};
use crate::clock;
use crate::erp::decimal;
use crate::shelf::{Shelf, View};

/// A document, with its child tables.
pub(super) type Doc = Map<String, Value>;

/// Doctypes that hold what is booked.
pub(super) const BOOKED: [&str; 6] =
    ["Customer", "Item", "Sales Order", "Sales Invoice", "Payment Entry", "Journal Entry"];
/// Doctypes that are there and change by no request of ours.
const FIXED: [&str; 6] = ["Account", "Company", "Accounts Settings", "Custom Field", "Country", "Currency"];

/// The site's tables.
#[derive(Debug)]
pub(super) struct Store {
    shelves: BTreeMap<&'static str, Shelf<Doc>>,
    deleted: HashSet<String>,
    pub(super) ledger: Vec<Gl>,
}

impl Store {
    /// A site as it is set up.
    pub(super) fn new(settings: &ErpnextSettings) -> Self {
        let shelves = BOOKED.into_iter().chain(FIXED).map(|doctype| (doctype, Shelf::default())).collect();
        let mut store = Self { shelves, deleted: HashSet::new(), ledger: Vec::new() };
        for account in &settings.accounts {
            store.fix("Account", &account.name, &json!(account));
        }
        let company = json!({"default_currency": settings.company_currency});
        store.fix("Company", ERPNEXT_COMPANY, &company);
        store.fix(
            "Accounts Settings",
            "Accounts Settings",
            &json!({"acc_frozen_upto": settings.frozen_until}),
        );
        for (name, code) in [("United States", "us"), ("Germany", "de"), ("Kuwait", "kw"), ("Japan", "jp")] {
            store.fix("Country", name, &json!({"code": code}));
        }
        for doctype in BOOKED.into_iter().filter(|_| settings.custom_fields) {
            let field = json!({
                "dt": doctype, "fieldname": "custom_tb_key", "fieldtype": "Data", "no_copy": 1,
                "unique": u8::from(settings.unique_key),
            });
            store.fix("Custom Field", &format!("{doctype}-custom_tb_key"), &field);
            if matches!(doctype, "Sales Order" | "Journal Entry") {
                let field = json!({"dt": doctype, "fieldname": "custom_tb_content", "fieldtype": "Long Text", "unique": 0});
                store.fix("Custom Field", &format!("{doctype}-custom_tb_content"), &field);
            }
        }
        store
    }

    fn fix(&mut self, doctype: &'static str, name: &str, content: &Value) {
        let mut doc = content.as_object().cloned().unwrap_or_default();
        doc.insert("doctype".to_owned(), json!(doctype));
        doc.insert("name".to_owned(), json!(name));
        self.shelves.entry(doctype).or_default().put(name, doc);
    }

    /// A doctype's documents, or that there is no such doctype.
    pub(super) fn known(&self, doctype: &str) -> Result<&Shelf<Doc>, Refusal> {
        self.shelves.get(doctype).ok_or_else(|| Refusal::missing("DocType", doctype))
    }

    /// A document by its name.
    pub(super) fn get(&self, doctype: &str, name: &str) -> Option<&Doc> {
        self.shelves.get(doctype)?.get(name, View::NOW).filter(|_| !self.is_deleted(doctype, name))
    }

    /// All of a doctype, oldest first.
    pub(super) fn all(&self, doctype: &str) -> impl Iterator<Item = &Doc> {
        self.seen(doctype, View::NOW)
    }

    /// All of a doctype as they were then.
    pub(super) fn seen(&self, doctype: &str, view: View) -> impl Iterator<Item = &Doc> {
        let all = self.shelves.get(doctype).into_iter().flat_map(move |shelf| shelf.all(view));
        all.filter(|doc| !self.is_deleted(text(doc, "doctype"), text(doc, "name")))
    }

    /// The next name of a series.
    pub(super) fn next_name(&self, doctype: &str, series: &str) -> String {
        let count = self.shelves.get(doctype).map_or(0, Shelf::len);
        let year = clock::now().strftime("%Y");
        format!("{series}{year}-{:05}", count + 1)
    }

    /// Stores a document under its name, changed now.
    pub(super) fn put(&mut self, mut doc: Doc) -> Doc {
        let modified = clock::now().strftime("%Y-%m-%d %H:%M:%S%.6f").to_string();
        doc.insert("modified".to_owned(), json!(modified));
        let (doctype, name) = (text(&doc, "doctype").to_owned(), text(&doc, "name").to_owned());
        if let Some(shelf) = self.shelves.get_mut(doctype.as_str()) {
            shelf.put(&name, doc.clone());
        }
        doc
    }

    pub(super) fn remove(&mut self, doctype: &str, name: &str) {
        self.deleted.insert(format!("{doctype}/{name}"));
    }

    pub(super) fn is_deleted(&self, doctype: &str, name: &str) -> bool {
        self.deleted.contains(&format!("{doctype}/{name}"))
    }
}

/// A field as text; what is not there is nothing.
pub(super) fn text<'a>(doc: &'a Doc, field: &str) -> &'a str {
    doc.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// A field as a number; what is not there is nothing.
pub(super) fn number(doc: &Doc, field: &str) -> Decimal {
    doc.get(field).and_then(decimal).unwrap_or_default()
}

/// Whether a check field is on.
pub(super) fn is_on(doc: &Doc, field: &str) -> bool {
    number(doc, field) == Decimal::ONE
}

/// A child table's rows.
pub(super) fn rows<'a>(doc: &'a Doc, field: &str) -> Vec<&'a Doc> {
    doc.get(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object).collect()
}

/// A number as Frappe sends it.
pub(super) fn sent(number: Decimal) -> Value {
    serde_json::from_str(&number.normalize().to_string()).unwrap_or_default()
}

/// 0 draft, 1 submitted, 2 cancelled.
pub(super) fn docstatus(doc: &Doc) -> u64 {
    doc.get("docstatus").and_then(Value::as_u64).unwrap_or_default()
}
