//! A customer.

use serde_json::{Value, json};

use super::address;

pub(crate) fn blank() -> Value {
    json!({
        "id": "",
        "object": "customer",
        "address": address(),
        "balance": 0,
        "created": super::super::books::now(),
        "currency": null,
        "default_source": null,
        "delinquent": false,
        "description": null,
        "discount": null,
        "email": null,
        "invoice_prefix": "SANDBOX1",
        "invoice_settings": {
            "custom_fields": null,
            "default_payment_method": null,
            "footer": null,
            "rendering_options": null,
        },
        "livemode": false,
        "metadata": {},
        "name": null,
        "next_invoice_sequence": 1,
        "phone": null,
        "preferred_locales": [],
        "shipping": null,
        "tax_exempt": "none",
        "test_clock": null,
    })
}
