//! `PUT /customers/{key}`. Shoppers type card numbers into names and streets; those are masked.

use std::collections::BTreeMap;

use canonical::SalesOrder;
use canonical::redact::mask_cards;
use serde::Serialize;

/// A customer, with the addresses of the order at hand.
#[derive(Debug, Serialize)]
pub(crate) struct Customer<'a> {
    name: String,
    email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_id: Option<&'a str>,
    addresses: Vec<Address<'a>>,
    /// The shop's id; a guest has none.
    external_refs: BTreeMap<&'static str, String>,
}

#[derive(Debug, Serialize)]
struct Address<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    company: Option<String>,
    street: Vec<String>,
    city: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postcode: Option<&'a str>,
    country: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
}

impl<'a> Address<'a> {
    fn new(kind: &'static str, address: &'a canonical::Address) -> Self {
        let canonical::Address { name, company, street, city, .. } = address.masked();
        Self {
            kind,
            name,
            company,
            street,
            city,
            region: address.region.as_deref(),
            postcode: address.postcode.as_deref(),
            country: &address.country,
            phone: address.phone.as_deref(),
        }
    }
}

impl<'a> Customer<'a> {
    /// The customer of an order.
    pub(crate) fn of(order: &'a SalesOrder) -> Self {
        let customer = &order.customer;
        let shipping = order.shipping_address.as_ref().map(|address| Address::new("shipping", address));
        Self {
            name: mask_cards(&customer.name),
            email: &customer.email,
            phone: customer.phone.as_deref(),
            tax_id: customer.tax_id.as_deref(),
            addresses: [Some(Address::new("billing", &order.billing)), shipping]
                .into_iter()
                .flatten()
                .collect(),
            external_refs: customer.id.map(|id| ("shop", id.to_string())).into_iter().collect(),
        }
    }
}
