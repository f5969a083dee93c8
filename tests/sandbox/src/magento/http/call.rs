//! One call of a route: what it gets, and what it gives.

use serde_json::{Value, json};

use crate::magento::document;
use crate::magento::refusal::Refusal;
use crate::magento::rows;
use crate::magento::settings::{IdForm, Switches};
use crate::magento::shop::{Kind, Shop};

use super::search::{Searched, UnknownColumn};

/// What came, but for the path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'a> {
    pub(super) query: &'a [(String, String)],
    pub(super) body: &'a Value,
    /// Nobody was recognised.
    pub(super) by_guest: bool,
    /// Another writer has read the order just before: no lock keeps them apart (2.4.3 and older).
    pub(super) is_race: bool,
}

/// What a route works with.
pub(super) struct Call<'a> {
    pub(super) shop: &'a mut Shop,
    pub(super) switches: Switches,
    pub(super) base_url: &'a str,
    pub(super) request: &'a Request<'a>,
}

/// What is answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
}

impl From<Value> for Answer {
    fn from(body: Value) -> Self {
        Self { status: 200, body }
    }
}

/// What a route gives.
pub(super) type Outcome = Result<Value, Refusal>;

impl Call<'_> {
    pub(super) fn body(&self) -> &Value {
        self.request.body
    }

    /// The same call with another body.
    pub(super) fn with_body<T>(&mut self, body: &Value, run: impl FnOnce(&mut Call<'_>) -> T) -> T {
        let request = Request { body, ..*self.request };
        let switches = self.switches.clone();
        run(&mut Call { shop: self.shop, switches, base_url: self.base_url, request: &request })
    }

    /// An order for a document that is made of it.
    pub(super) fn order(&self, id: u64) -> Result<Value, Refusal> {
        let order = if self.request.is_race { self.shop.order_before(id) } else { self.shop.order(id) };
        order.cloned()
    }

    /// The id of a new document, as this version answers it.
    pub(super) fn id(&self, id: u64) -> Value {
        match self.switches.ids {
            IdForm::Text => json!(id.to_string()),
            IdForm::Number => json!(id),
        }
    }

    /// One document.
    pub(super) fn document(&self, kind: Kind, id: u64) -> Outcome {
        self.shop.documents(kind).get(&id).map(|document| self.shown(document)).ok_or_else(Refusal::no_entity)
    }

    /// A document's comments.
    pub(super) fn comments(&self, kind: Kind, id: u64) -> Outcome {
        document::comments_of(self.shop, kind, id)
    }

    /// Writes a comment on a document.
    pub(super) fn add_comment(&mut self, kind: Kind) -> Outcome {
        document::add_comment(self.shop, kind, self.request.body)
    }

    /// A page of documents.
    pub(super) fn documents(&self, kind: Kind, columns: &[&str]) -> Outcome {
        let rows = self.shop.documents(kind).values().map(|document| self.shown(document)).collect();
        self.search(rows, columns, UnknownColumn::Masked)
    }

    /// A page of whatever rows.
    pub(super) fn search(&self, rows: Vec<Value>, columns: &[&str], unknown: UnknownColumn) -> Outcome {
        Searched { rows, columns, unknown }.page(self.request.query, &self.switches)
    }

    /// A document as this version shows it.
    fn shown(&self, document: &Value) -> Value {
        let mut shown = document.clone();
        if self.switches.amounts_as_text {
            amounts_to_text(&mut shown);
        }
        shown
    }

    /// The rows of all orders.
    pub(super) fn shown_rows(&self) -> Vec<Value> {
        self.shop.orders.values().flat_map(|order| rows::all(&self.shown_order(order)).to_vec()).collect()
    }

    /// An order as this version shows it.
    pub(super) fn shown_order(&self, order: &Value) -> Value {
        let mut shown = crate::magento::order::shown(order);
        if self.switches.null_state {
            for name in ["state", "status"] {
                if shown[name].is_null() {
                    shown[name] = Value::Null;
                }
            }
        }
        shown
    }
}

/// Columns that are amounts: four decimals in the database.
fn amounts_to_text(document: &mut Value) {
    match document {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                let is_amount = ["amount", "amnt", "total", "subtotal", "price", "incl_tax"]
                    .iter()
                    .any(|ending| name.ends_with(ending));
                match value {
                    Value::Number(number) if is_amount => {
                        let amount: rust_decimal::Decimal = number.to_string().parse().unwrap_or_default();
                        *value = json!(format!("{amount:.4}"));
                    }
                    other => amounts_to_text(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(amounts_to_text),
        _ => {}
    }
}
