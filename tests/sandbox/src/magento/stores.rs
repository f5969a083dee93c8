//! The shop's set-up: one website, one store, one view.
//!
//! Source: `Store/etc/webapi.xml`, `Directory/etc/webapi.xml` of magento/magento2; measured on 2.4.5.

use serde_json::{Value, json};

pub(super) fn websites() -> Value {
    json!([
        { "id": 1, "code": "base", "name": "Main Website", "default_group_id": 1 },
        { "id": 0, "code": "admin", "name": "Admin", "default_group_id": 0 },
    ])
}

pub(super) fn groups() -> Value {
    json!([
        { "id": 1, "website_id": 1, "root_category_id": 2, "default_store_id": 1,
          "name": "Main Website Store", "code": "main_website_store" },
        { "id": 0, "website_id": 0, "root_category_id": 0, "default_store_id": 0,
          "name": "Default", "code": "default" },
    ])
}

pub(super) fn views() -> Value {
    json!([
        { "id": 1, "code": "default", "name": "Default Store View", "website_id": 1, "store_group_id": 1,
          "is_active": 1 },
        { "id": 0, "code": "admin", "name": "Admin", "website_id": 0, "store_group_id": 0, "is_active": 1 },
    ])
}

pub(super) fn configs(base_url: &str) -> Value {
    let mut config = json!({
        "id": 1, "code": "default", "website_id": 1, "locale": "en_US", "base_currency_code": "USD",
        "default_display_currency_code": "USD", "timezone": "UTC", "weight_unit": "lbs",
    });
    for secure in ["", "secure_"] {
        for (name, folder) in
            [("base", ""), ("base_link", ""), ("base_static", "static/"), ("base_media", "media/")]
        {
            config[format!("{secure}{name}_url")] = json!(format!("{base_url}/{folder}"));
        }
    }
    json!([config])
}

pub(super) fn currency() -> Value {
    json!({
        "base_currency_code": "USD",
        "base_currency_symbol": "$",
        "default_display_currency_code": "USD",
        "default_display_currency_symbol": "$",
        "available_currency_codes": ["USD", "EUR", "JPY"],
        "exchange_rates": [
            { "currency_to": "USD", "rate": 1 },
            { "currency_to": "EUR", "rate": 0.9137 },
            { "currency_to": "JPY", "rate": 151.37 },
        ],
    })
}

/// What is installed that a caller may ask for.
pub(super) fn modules(msi: bool) -> Value {
    let mut modules = vec!["Magento_Store", "Magento_Sales", "Magento_Customer"];
    if msi {
        modules.extend(["Magento_InventoryApi", "Magento_InventorySalesApi"]);
    }
    modules.push("StripeIntegration_Payments");
    json!(modules)
}
