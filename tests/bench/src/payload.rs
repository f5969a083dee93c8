//! Events as Stripe sends them: pretty-printed, the object whole.

use anyhow::{Context, Result};
use sandbox::{Sandbox, Seed, Seeded, Settings};
use serde_json::{Value, json};

/// The event type of [`invoice`].
pub(crate) const INVOICE_EVENT: &str = "invoice.paid";

/// A paid order of a kind that the sandbox knows, and the event that tells of it.
pub(crate) fn seeded(sandbox: &Sandbox, kind: &str) -> Result<Seeded> {
    let seed = Seed { kind: kind.to_owned(), ..Seed::default() };
    sandbox.seed(&seed).with_context(|| format!("the sandbox does not make `{kind}`"))
}

/// The body that tells of a charge of about 3 KB.
pub(crate) fn charge() -> Result<String> {
    text(&seeded(&Sandbox::new(Settings::default()), "simple")?.event)
}

/// As Stripe writes it: with line ends.
pub(crate) fn text(event: &Value) -> Result<String> {
    Ok(serde_json::to_string_pretty(event)?)
}

/// The body that tells of an invoice with as many lines as it takes to reach `bytes_min`.
///
/// Source of its form: <https://docs.stripe.com/api/invoices/object>.
pub(crate) fn invoice(bytes_min: usize) -> Result<String> {
    let mut lines = 1;
    loop {
        let body = text(&invoice_of(lines))?;
        if body.len() >= bytes_min {
            return Ok(body);
        }
        lines += 1;
    }
}

fn invoice_of(lines: u32) -> Value {
    let lines: Vec<Value> = (0..lines).map(line).collect();
    json!({
        "id": "evt_1QxBenchInvoicePaid", "object": "event", "api_version": "2026-10-28.endive", "created": 1_772_442_847,
        "data": {"object": {
            "id": "in_1QxBenchInvoice", "object": "invoice", "account_country": "DE", "account_name": "Tillbridge GmbH",
            "amount_due": 7_870, "amount_paid": 7_870, "amount_remaining": 0, "attempt_count": 1, "attempted": true,
            "billing_reason": "subscription_cycle", "collection_method": "charge_automatically", "currency": "eur",
            "customer": "cus_QxBench", "customer_address": {"city": "Zürich", "country": "CH", "line1": "Löwenstraße 1",
                "line2": null, "postal_code": "8001", "state": null},
            "customer_email": "ada@example.com", "customer_name": "Ada Lovelace", "customer_tax_exempt": "none",
            "hosted_invoice_url": "https://invoice.stripe.com/i/acct_1TillbridgeLocal/test_YWNjdF8xVGlsbGJyaWRnZUxvY2Fs",
            "lines": {"object": "list", "data": lines, "has_more": false, "total_count": 1, "url": "/v1/invoices/in_1QxBenchInvoice/lines"},
            "livemode": false, "metadata": {"magentoorderid": "000000042"}, "number": "TB-0042", "status": "paid", "total": 7_870
        }},
        "livemode": false, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type": INVOICE_EVENT
    })
}

fn line(n: u32) -> Value {
    json!({
        "id": format!("il_1QxBenchLine{n:04}"), "object": "line_item", "amount": 1_000 + n, "currency": "eur",
        "description": format!("{} × Coffee, whole beans, \"House\" blend (at €14.90 / month)", n % 7 + 1),
        "discount_amounts": [], "discountable": true, "discounts": [], "invoice": "in_1QxBenchInvoice", "livemode": false,
        "metadata": {"sku": format!("COFFEE-{n:03}"), "tb_order_line": n.to_string()},
        "parent": {"type": "subscription_item_details", "subscription_item_details": {"proration": false,
            "subscription": "sub_1QxBench", "subscription_item": format!("si_QxBench{n:04}")}},
        "period": {"end": 1_775_121_247, "start": 1_772_442_847},
        "pricing": {"type": "price_details", "price_details": {"price": "price_1QxBench", "product": "prod_QxBench"},
            "unit_amount_decimal": "1490"},
        "quantity": n % 7 + 1,
        "taxes": [{"amount": 190, "tax_behavior": "exclusive", "taxable_amount": 1_000 + n, "type": "tax_rate_details"}]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_have_about_the_size_asked_for() {
        let charge = charge().unwrap();
        assert!((2_500..6_000).contains(&charge.len()), "{}", charge.len());
        for bytes in [20_000, 100_000] {
            let body = invoice(bytes).unwrap();
            assert!((bytes..bytes + 2_000).contains(&body.len()), "{}", body.len());
        }
    }
}
