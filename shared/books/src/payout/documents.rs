//! The documents that movements are matched with, by what they can be found by. Never by amount alone.

use std::collections::HashMap;

use canonical::{IncrementId, Money, NaturalKey};
use serde::{Deserialize, Serialize};

/// What the shop made of a movement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShopDocument {
    /// The document's own number.
    pub id: String,
    /// The order.
    pub order: IncrementId,
    /// What it is.
    pub kind: ShopKind,
    /// The payment or refund that it names: its transaction id or our marker (`ch_…`, `pi_…`, `re_…`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// What it comes to, in the order's currency, without a sign.
    pub amount: Money,
}

/// Kinds of the shop's documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShopKind {
    /// Of a payment.
    Invoice,
    /// Of a refund.
    CreditMemo,
}

/// What the ERP made of a movement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErpDocument {
    /// Its key, which names the movement's source.
    pub key: NaturalKey,
    /// What it comes to, in the order's currency, without a sign.
    pub amount: Money,
}

/// Documents that can be looked up. Those of a page's movements are enough.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    /// What names a payment; several invoices may name one.
    by_reference: HashMap<ShopKind, HashMap<String, Named>>,
    /// What names none, by order and amount: the documents' numbers in order.
    by_order: HashMap<(IncrementId, ShopKind, Money), Vec<String>>,
    erp: HashMap<NaturalKey, Money>,
    /// By the key that the payment document would have.
    sales: HashMap<NaturalKey, Money>,
}

/// What the documents that name one payment come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// This.
    Sum(Money),
    /// Nothing that could be said: two currencies, or more than money can be.
    NoSum,
}

impl Documents {
    /// Documents by what they can be found by.
    #[must_use]
    pub fn new(
        shop: impl IntoIterator<Item = ShopDocument>,
        erp: impl IntoIterator<Item = ErpDocument>,
    ) -> Self {
        let mut documents = Self::default();
        for document in shop {
            documents.add(document);
        }
        for numbers in documents.by_order.values_mut() {
            numbers.sort();
        }
        documents.erp = erp.into_iter().map(|document| (document.key, document.amount)).collect();
        documents
    }

    /// Besides them, what the ERP has of the sale, for movements that a journal has booked on the customer's account and that have no
    /// payment document: the sales order of a charge, the credit note of a refund, each under the key that the payment document
    /// would have.
    #[must_use]
    pub fn with_sales(self, sales: impl IntoIterator<Item = ErpDocument>) -> Self {
        Self { sales: sales.into_iter().map(|document| (document.key, document.amount)).collect(), ..self }
    }

    fn add(&mut self, document: ShopDocument) {
        let ShopDocument { id, order, kind, reference, amount } = document;
        let Some(reference) = reference else {
            self.by_order.entry((order, kind, amount)).or_default().push(id);
            return;
        };
        let named = self.by_reference.entry(kind).or_default().entry(bare(reference));
        named
            .and_modify(|named| {
                *named = match *named {
                    Named::Sum(sum) => sum.checked_add(amount).map_or(Named::NoSum, Named::Sum),
                    Named::NoSum => Named::NoSum,
                };
            })
            .or_insert(Named::Sum(amount));
    }

    /// What the documents that name a payment come to.
    pub(super) fn named(&self, kind: ShopKind, reference: &str) -> Option<Named> {
        self.by_reference.get(&kind)?.get(reference).copied()
    }

    /// The numbers of documents of an order and an amount that name no payment.
    pub(super) fn unnamed(&self, order: &IncrementId, kind: ShopKind, amount: Money) -> &[String] {
        self.by_order.get(&(order.clone(), kind, amount)).map_or(&[], Vec::as_slice)
    }

    /// What the ERP's document comes to.
    pub(super) fn erp(&self, key: &NaturalKey) -> Option<Money> {
        self.erp.get(key).copied()
    }

    /// What the sale comes to in the ERP, where the money was booked by a journal.
    pub(super) fn sale(&self, key: &NaturalKey) -> Option<Money> {
        self.sales.get(key).copied()
    }
}

/// Magento appends what it did to a payment's id: `ch_1-refund`, `pi_1-capture` (`Model/Order/Payment/Transaction/Manager.php` of
/// magento/magento2). Stripe's ids have no `-`.
fn bare(mut reference: String) -> String {
    let is_stripes = ["ch_", "py_", "pi_", "re_", "pyr_"].iter().any(|prefix| reference.starts_with(prefix));
    if let Some(at) = reference.find('-').filter(|_| is_stripes) {
        reference.truncate(at);
    }
    reference
}
