//! A payment method.

use serde_json::{Value, json};

use super::address;

/// A card.
pub(crate) fn blank() -> Value {
    json!({
        "id": "",
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {"address": address(), "email": null, "name": null, "phone": null, "tax_id": null},
        "card": {
            "brand": "visa",
            "checks": {"address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass"},
            "country": "US",
            "display_brand": "visa",
            "exp_month": 12,
            "exp_year": 2031,
            "fingerprint": "SbxFingerprint01",
            "funding": "credit",
            "generated_from": null,
            "last4": "4242",
            "networks": {"available": ["visa"], "preferred": null},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": true},
            "wallet": null,
        },
        "created": super::super::books::now(),
        "customer": null,
        "customer_account": null,
        "livemode": false,
        "metadata": {},
        "type": "card",
    })
}

/// What is told of a bank account that is debited.
pub(crate) fn bank_debit() -> Value {
    json!({"bank_code": "37040044", "country": "DE", "fingerprint": "SbxFingerprint02", "last4": "3000"})
}
