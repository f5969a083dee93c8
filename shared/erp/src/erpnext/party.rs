//! Customers and items.

use canonical::{NaturalKey, Sku};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::desk::{Desk, Named};
use super::errors;
use super::keys::KEY;
use super::site::Site;
use crate::Error;
use crate::document::Kind;
use crate::wire;

#[derive(Deserialize)]
struct Theirs {
    name: String,
    #[serde(default)]
    customer_name: String,
    #[serde(default)]
    tax_id: Option<String>,
}

/// A new customer; ERPNext makes a contact and an address of what it holds.
#[derive(Serialize)]
struct Customer<'a> {
    customer_name: &'a str,
    customer_type: &'static str,
    custom_tb_key: &'a NaturalKey,
    email_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    mobile_no: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_id: Option<&'a str>,
    #[serde(flatten)]
    address: Option<Address<'a>>,
}

#[derive(Serialize)]
struct Address<'a> {
    address_line1: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    address_line2: Option<&'a str>,
    city: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pincode: Option<&'a str>,
    /// In English words.
    country: String,
}

/// Makes a customer, or brings name and tax id up to date. A customer's name is no key: two people share one.
pub(super) async fn put_customer(
    desk: &Desk,
    key: &NaturalKey,
    customer: &wire::Customer,
) -> Result<(), Error> {
    let fields = ["name", "customer_name", "tax_id"];
    let found: Vec<Theirs> = desk.list("Customer", &[json!([KEY, "=", key])], &fields).await?;
    if let Some(theirs) = found.into_iter().next() {
        let is_same = theirs.customer_name == customer.name
            && theirs.tax_id.unwrap_or_default() == customer.tax_id.as_deref().unwrap_or_default();
        if !is_same {
            let change = json!({"customer_name": customer.name, "tax_id": customer.tax_id});
            let _: Named = desk.change("Customer", &theirs.name, &change).await?;
        }
        return Ok(());
    }
    let new = Customer {
        customer_name: &customer.name,
        customer_type: "Individual",
        custom_tb_key: key,
        email_id: &customer.email,
        mobile_no: customer.phone.as_deref(),
        tax_id: customer.tax_id.as_deref(),
        address: address(desk, customer).await?,
    };
    let made: Result<Named, Error> =
        desk.insert("Customer", &new, format!("put {} {key}", Kind::Customer)).await;
    made.map(drop).or_else(unless_taken)
}

/// The address, where the site knows its country.
async fn address<'a>(desk: &Desk, customer: &'a wire::Customer) -> Result<Option<Address<'a>>, Error> {
    let Some(address) = customer.addresses.first().map(|row| &row.address) else { return Ok(None) };
    let Some(line1) = address.street.first().filter(|line| !line.is_empty()) else { return Ok(None) };
    let code = json!(["code", "=", address.country.to_ascii_lowercase()]);
    let countries: Vec<Named> = desk.list("Country", &[code], &["name"]).await?;
    Ok(countries.into_iter().next().map(|country| Address {
        address_line1: line1,
        address_line2: address.street.get(1).map(String::as_str),
        city: &address.city,
        state: address.region.as_deref(),
        pincode: address.postcode.as_deref(),
        country: country.name,
    }))
}

/// Makes an item. Another worker may have come first.
pub(super) async fn put_item(
    desk: &Desk,
    site: &Site,
    sku: &Sku,
    item: &wire::Item<'_>,
) -> Result<(), Error> {
    let mut defaults = json!({"company": site.company});
    if let Some(account) = item.income_account {
        defaults["income_account"] = json!(account);
    }
    if let Some(warehouse) = &site.defaults.warehouse {
        defaults["default_warehouse"] = json!(warehouse);
    }
    let new: Value = json!({
        "item_code": sku, "item_name": item.name, "item_group": site.defaults.item_group,
        "stock_uom": site.defaults.uom, "is_stock_item": u8::from(item.kind == "stock"), "item_defaults": [defaults],
    });
    let made: Result<Named, Error> = desk.insert("Item", &new, format!("put {} {sku}", Kind::Item)).await;
    made.map(drop).or_else(unless_taken)
}

fn unless_taken(error: Error) -> Result<(), Error> {
    if errors::is_taken(&error) { Ok(()) } else { Err(error) }
}
