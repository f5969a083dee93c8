//! Who bought, and where they live.

use canonical::party::full_name;
use canonical::{Address, Customer};

use super::wire::{WireAddress, WireOrder};

/// Who bought: guests have no id, and their name stands only in the addresses.
pub(super) fn customer(wire: &WireOrder) -> Customer {
    let own = full_name(&written(&wire.customer_firstname), &written(&wire.customer_lastname));
    let billing = wire.billing_address.as_ref();
    let billed = billing.map(address).map(|address| address.name).unwrap_or_default();
    Customer {
        id: wire.customer_id.map(|id| id.0).filter(|id| *id != 0),
        name: if own.is_empty() { billed } else { own },
        email: written(&wire.customer_email),
        phone: billing.and_then(|address| given(&address.telephone)),
        tax_id: given(&wire.customer_taxvat).or_else(|| billing.and_then(|address| given(&address.vat_id))),
    }
}

/// A postal address.
pub(super) fn address(wire: &WireAddress) -> Address {
    let street = wire.street.iter().flatten().flatten();
    Address {
        name: full_name(&written(&wire.firstname), &written(&wire.lastname)),
        company: given(&wire.company),
        street: street.filter(|line| !line.trim().is_empty()).cloned().collect(),
        city: written(&wire.city),
        region: given(&wire.region_code).or_else(|| given(&wire.region)),
        postcode: given(&wire.postcode),
        country: written(&wire.country_id),
        phone: given(&wire.telephone),
    }
}

fn written(text: &Option<String>) -> String {
    text.clone().unwrap_or_default()
}

/// A text that says something.
fn given(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.trim().is_empty())
}
