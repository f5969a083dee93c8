//! `PUT /customers/{key}`. Shoppers type card numbers wherever they can write; those are masked.

use std::collections::BTreeMap;

use canonical::SalesOrder;
use serde::Serialize;

/// A customer, with the addresses of the order at hand.
#[derive(Debug, Serialize)]
pub(crate) struct Customer {
    pub(crate) name: String,
    pub(crate) email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tax_id: Option<String>,
    pub(crate) addresses: Vec<Address>,
    /// The shop's id; a guest has none.
    pub(crate) external_refs: BTreeMap<&'static str, String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Address {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    #[serde(flatten)]
    pub(crate) address: canonical::Address,
}

impl Customer {
    /// The customer of an order.
    pub(crate) fn of(order: &SalesOrder) -> Self {
        let canonical::Customer { id, name, email, phone, tax_id } = order.customer.masked();
        let address = |kind, address: &canonical::Address| Address { kind, address: address.masked() };
        let shipping = order.shipping_address.as_ref().map(|shipping| address("shipping", shipping));
        Self {
            name,
            email,
            phone,
            tax_id,
            addresses: [Some(address("billing", &order.billing)), shipping].into_iter().flatten().collect(),
            external_refs: id.map(|id| ("shop", id.to_string())).into_iter().collect(),
        }
    }
}
