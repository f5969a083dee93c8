//! Balance transactions, refunds, payouts, top-ups.

use serde_json::{Value, json};

use super::super::books::now;

/// A row of the balance. `net = amount − fee`, always.
pub(crate) fn transaction() -> Value {
    json!({
        "id": "",
        "object": "balance_transaction",
        "amount": 0,
        "available_on": now(),
        "balance_type": "payments",
        "created": now(),
        "currency": "usd",
        "description": null,
        "exchange_rate": null,
        "fee": 0,
        "fee_details": [],
        "net": 0,
        "reporting_category": "charge",
        "source": null,
        "status": "pending",
        "type": "charge",
    })
}

/// Money that goes back.
pub(crate) fn refund() -> Value {
    json!({
        "id": "",
        "object": "refund",
        "amount": 0,
        "balance_transaction": null,
        "charge": null,
        "created": now(),
        "currency": "usd",
        "customer": null,
        "customer_account": null,
        "destination_details": {
            "card": {
                "reference_status": "pending",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
            "type": "card",
        },
        "metadata": {},
        "payment_intent": null,
        "payment_method": "pm_sandbox_card_visa",
        "reason": null,
        "receipt_number": null,
        "source_transfer_reversal": null,
        "status": "succeeded",
        "transfer_reversal": null,
    })
}

/// Money on its way to the bank.
pub(crate) fn payout() -> Value {
    json!({
        "id": "",
        "object": "payout",
        "amount": 0,
        "application_fee": null,
        "application_fee_amount": null,
        "arrival_date": now(),
        "automatic": true,
        "balance_transaction": null,
        "created": now(),
        "currency": "usd",
        "description": "STRIPE PAYOUT",
        "destination": "ba_sandbox",
        "failure_balance_transaction": null,
        "failure_code": null,
        "failure_message": null,
        "livemode": false,
        "metadata": {},
        "method": "standard",
        "original_payout": null,
        "payout_method": null,
        "reconciliation_status": "completed",
        "reversed_by": null,
        "source_type": "card",
        "statement_descriptor": null,
        "status": "paid",
        "trace_id": {"status": "pending", "value": null},
        "type": "bank_account",
    })
}

/// Money that the merchant pays in.
pub(crate) fn topup() -> Value {
    json!({
        "id": "",
        "object": "topup",
        "amount": 0,
        "balance_transaction": null,
        "created": now(),
        "currency": "usd",
        "description": "Top-up",
        "expected_availability_date": now(),
        "failure_code": null,
        "failure_message": null,
        "initiated_by": null,
        "livemode": false,
        "metadata": {},
        "source": null,
        "statement_descriptor": null,
        "status": "pending",
        "transfer_group": null,
    })
}
