//! The account itself, and its balance.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::address;

/// The account that a key belongs to.
pub(crate) fn account(id: &str, currency: &str) -> Value {
    let due = json!({
        "alternatives": [],
        "current_deadline": null,
        "currently_due": [],
        "disabled_reason": null,
        "errors": [],
        "eventually_due": [],
        "past_due": [],
        "pending_verification": [],
    });
    json!({
        "id": id,
        "object": "account",
        "business_profile": {
            "annual_revenue": null,
            "estimated_worker_count": null,
            "mcc": "5734",
            "minority_owned_business_designation": null,
            "name": "Tillbridge Sandbox",
            "product_description": null,
            "support_address": address(),
            "support_email": null,
            "support_phone": null,
            "support_url": null,
            "url": null,
        },
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": true,
        "controller": {"type": "account"},
        "country": "US",
        "created": super::super::books::now(),
        "default_currency": currency,
        "details_submitted": true,
        "email": "owner@sandbox.invalid",
        "external_accounts": {
            "data": [],
            "has_more": false,
            "object": "list",
            "url": format!("/v1/accounts/{id}/external_accounts"),
        },
        "future_requirements": due,
        "metadata": {},
        "payouts_enabled": true,
        "requirements": due,
        "settings": settings(),
        "tos_acceptance": {"date": null, "ip": null, "user_agent": null},
        "type": "standard",
    })
}

fn settings() -> Value {
    json!({
        "bacs_debit_payments": {"display_name": null, "service_user_number": null},
        "branding": {"icon": null, "logo": null, "primary_color": null, "secondary_color": null},
        "card_issuing": {"tos_acceptance": {"date": null, "ip": null}},
        "card_payments": {
            "decline_on": {"avs_failure": false, "cvc_failure": true},
            "statement_descriptor_prefix": null,
            "statement_descriptor_prefix_kana": null,
            "statement_descriptor_prefix_kanji": null,
        },
        "dashboard": {"display_name": "Tillbridge Sandbox", "timezone": "Etc/UTC"},
        "invoices": {"default_account_tax_ids": null, "hosted_payment_method_save": null},
        "payments": {
            "statement_descriptor": "TILLBRIDGE SANDBOX",
            "statement_descriptor_kana": null,
            "statement_descriptor_kanji": null,
            "statement_descriptor_prefix_kana": null,
            "statement_descriptor_prefix_kanji": null,
        },
        "payouts": {
            "debit_negative_balances": true,
            "schedule": {"delay_days": 2, "interval": "daily"},
            "statement_descriptor": null,
        },
        "sepa_debit_payments": {},
    })
}

/// What the account holds, by currency.
pub(crate) fn balance(available: &BTreeMap<String, i64>, pending: &BTreeMap<String, i64>) -> Value {
    let rows = |sums: &BTreeMap<String, i64>| -> Vec<Value> {
        let row = |(currency, amount): (&String, &i64)| json!({"amount": amount, "currency": currency, "source_types": {"card": amount}});
        sums.iter().map(row).collect()
    };
    json!({
        "object": "balance",
        "available": rows(available),
        "connect_reserved": [{"amount": 0, "currency": "usd"}],
        "livemode": false,
        "pending": rows(pending),
    })
}
