//! Customers and items.

use serde_json::{Value, json};

use super::chart::account;
use super::store::{Doc, is_on, number, rows, text};
use super::{Refusal, Write};

/// A customer has a name and a type; an address that is given with it has a city and a country.
pub(super) fn check_customer(write: &Write<'_>, doc: &mut Doc) -> Result<(), Refusal> {
    let name = text(doc, "name").to_owned();
    for field in ["customer_name", "customer_type"] {
        if text(doc, field).is_empty() {
            return Err(Refusal::mandatory("Customer", &name, field));
        }
    }
    if !matches!(text(doc, "customer_type"), "Individual" | "Company" | "Partnership") {
        return Err(Refusal::validation("Customer Type cannot be that"));
    }
    if !text(doc, "address_line1").is_empty() {
        for field in ["city", "country"] {
            if text(doc, field).is_empty() {
                return Err(Refusal::validation(format!(
                    "Following fields are mandatory to create address: {field}"
                )));
            }
        }
        if write.store.get("Country", text(doc, "country")).is_none() {
            return Err(Refusal::link(format!("Country: {}", text(doc, "country"))));
        }
    }
    for (field, value) in [("customer_group", "Individual"), ("territory", "All Territories")] {
        doc.entry(field).or_insert_with(|| json!(value));
    }
    Ok(())
}

/// An item has a code, a group and a unit.
pub(super) fn check_item(write: &Write<'_>, doc: &mut Doc) -> Result<(), Refusal> {
    let name = text(doc, "name").to_owned();
    for field in ["item_code", "item_group"] {
        if text(doc, field).is_empty() {
            return Err(Refusal::mandatory("Item", &name, field));
        }
    }
    doc.entry("stock_uom").or_insert_with(|| json!("Nos"));
    if number(doc, "is_stock_item").is_zero() {
        doc.entry("is_stock_item").or_insert_with(|| json!(1));
    }
    for row in rows(doc, "item_defaults") {
        if !text(row, "income_account").is_empty() {
            account(write.settings, text(row, "income_account"), "Row #1: ")?;
        }
    }
    Ok(())
}

/// Every row's item, and its warehouse where it is kept in one. Links are looked at first, and all that lead nowhere are named.
pub(super) fn check_rows(write: &Write<'_>, doc: &mut Doc, needs_warehouse: bool) -> Result<(), Refusal> {
    let mut nowhere = Vec::new();
    for row in rows(doc, "items").iter().filter(|row| !text(row, "item_code").is_empty()) {
        if write.store.get("Item", text(row, "item_code")).is_none() {
            nowhere.push(format!("Row #{}: Item Code: {}", number(row, "idx"), text(row, "item_code")));
        }
    }
    if !nowhere.is_empty() {
        return Err(Refusal::link(nowhere.join(", ")));
    }
    for row in doc.get_mut("items").and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(row) = row.as_object_mut() else { continue };
        let Some(item) = write.store.get("Item", text(row, "item_code")) else { continue };
        if needs_warehouse && is_on(item, "is_stock_item") && text(row, "warehouse").is_empty() {
            let message = format!("Delivery warehouse required for stock item {}", text(row, "item_code"));
            return Err(Refusal::new(417, "WarehouseRequired", message));
        }
        let name = item.get("item_name").unwrap_or(&item["item_code"]).clone();
        row.entry("item_name").or_insert(name);
        row.entry("uom").or_insert_with(|| item["stock_uom"].clone());
    }
    Ok(())
}
