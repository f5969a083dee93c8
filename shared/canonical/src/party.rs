//! People and where they live.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::redact::{mask_cards, mask_cards_in_number};

/// Who buys. Guests have no `id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// The shop's id of the customer; absent for guests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// First and last name as one, in the order that the shop shows.
    pub name: String,
    /// Mail address, as typed.
    pub email: String,
    /// Telephone, where one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// VAT or tax number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<String>,
}

/// A postal address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// First and last name as one.
    pub name: String,
    /// Company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// One to four lines.
    pub street: Vec<String>,
    /// City.
    pub city: String,
    /// State, province or region: its code where there is one, else its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Postal code; some countries have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Telephone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

impl Customer {
    /// The customer as it may leave for another system: see [`Address::masked`].
    #[must_use]
    pub fn masked(&self) -> Self {
        Self {
            id: self.id,
            name: mask_cards(&self.name),
            email: mask_cards_in_number(&self.email),
            phone: self.phone.as_deref().map(mask_cards_in_number),
            tax_id: self.tax_id.as_deref().map(mask_cards_in_number),
        }
    }
}

impl Address {
    /// The address as it may leave for another system: shoppers type card numbers wherever they can write. No name, place or
    /// post code has a number as long as a card's; what is a number by itself is told apart by its length
    /// ([`mask_cards_in_number`]).
    #[must_use]
    pub fn masked(&self) -> Self {
        Self {
            name: mask_cards(&self.name),
            company: self.company.as_deref().map(mask_cards),
            street: self.street.iter().map(|line| mask_cards(line)).collect(),
            city: mask_cards(&self.city),
            region: self.region.as_deref().map(mask_cards),
            postcode: self.postcode.as_deref().map(mask_cards),
            country: mask_cards(&self.country),
            phone: self.phone.as_deref().map(mask_cards_in_number),
        }
    }
}

/// One name from its parts, without blanks where a part is missing.
#[must_use]
pub fn full_name(first: &str, last: &str) -> String {
    [first.trim(), last.trim()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
