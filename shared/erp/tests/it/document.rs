//! Documents that tests book: whole, and adding up.

use serde_json::{Value, json};

pub(crate) const ORDER_KEY: &str = "tb:acct_1:sales_order:42";
pub(crate) const INVOICE_KEY: &str = "tb:acct_1:sales_invoice:42";
pub(crate) const NOTE_KEY: &str = "tb:acct_1:credit_note:re_1";
pub(crate) const CUSTOMER_KEY: &str = "tb:acct_1:customer:7";

pub(crate) fn money(minor: i64, currency: &str) -> Value {
    json!({ "minor": minor.to_string(), "currency": currency })
}

/// Two lamps with a discount, a warranty, shipping and taxes: 60.00 - 5.00 + 4.50, 29.00 + 2.00, 9.95 + 0.88, of which
/// 10.00 were paid by a gift card.
pub(crate) fn order() -> Value {
    order_in("USD")
}

/// The same numbers of smallest units in another currency.
pub(crate) fn order_in(currency: &str) -> Value {
    let money = |minor| money(minor, currency);
    let tax = |minor| json!([{ "code": "NY-SALES", "percent": "8.875", "amount": money(minor) }]);
    let address = json!({
        "name": "Ann Lee", "company": "Lee & Sons", "street": ["1 Main St", "Flat 2"], "city": "New York",
        "region": "NY", "postcode": "10001", "country": "US", "phone": "2125550100"
    });
    let mut order = json!({
        "key": ORDER_KEY, "number": "000000042", "status": "open", "ordered_at": "2026-03-01T23:30:00Z", "currency": currency,
        "customer_key": CUSTOMER_KEY,
        "customer": {
            "id": 7, "name": "Ann Lee", "email": "ann@example.com", "phone": "2125550100", "tax_id": "US-1"
        },
        "billing": address, "shipping_address": address,
        "lines": [
            {
                "line_id": "420", "sku": "LAMP-BRASS", "name": "Desk lamp", "stock": true, "quantity": "2",
                "unit_price": money(3000), "discount": money(500), "taxes": tax(450)
            },
            {
                "line_id": "421", "sku": "WARRANTY", "name": "Warranty", "stock": false, "quantity": "1",
                "unit_price": money(2900), "discount": money(0), "taxes": tax(200)
            }
        ],
        "shipping": money(995), "shipping_taxes": tax(88), "discount": money(1000), "total": money(9133),
        "payment": {
            "provider": "stripe", "reference": "ch_1", "method": "card", "amount": money(9133), "paid_on": "2026-03-02"
        }
    });
    if currency != "USD" {
        order["exchange_rate"] = json!("1.0945");
    }
    order
}

/// The invoice of all of it.
pub(crate) fn invoice() -> Value {
    invoice_in("USD")
}

pub(crate) fn invoice_in(currency: &str) -> Value {
    let lines = json!([{ "line_id": "420", "quantity": "2" }, { "line_id": "421", "quantity": "1" }]);
    json!({
        "key": INVOICE_KEY, "order_key": ORDER_KEY, "date": "2026-03-02", "lines": lines, "total": money(9133, currency)
    })
}

/// One lamp and the shipping go back, and a fee is kept: 27.50 + 2.25, 9.95 + 0.88, -5.00.
pub(crate) fn credit_note() -> Value {
    let tax = |minor| json!([{ "code": "NY-SALES", "amount": money(minor, "USD") }]);
    let lines = json!([
        { "line_id": "420", "quantity": "1", "description": "Desk lamp", "net": money(2750, "USD"), "taxes": tax(225) },
        { "description": "Shipping", "net": money(995, "USD"), "taxes": tax(88) },
        { "description": "Fee", "net": money(-500, "USD") }
    ]);
    json!({
        "key": NOTE_KEY, "order_key": ORDER_KEY, "against": INVOICE_KEY, "date": "2026-03-02", "lines": lines,
        "total": money(3558, "USD")
    })
}

/// The charge that pays the invoice.
pub(crate) fn payment() -> Value {
    json!({
        "key": "tb:acct_1:charge:ch_1", "direction": "in", "customer_key": CUSTOMER_KEY, "date": "2026-03-02",
        "amount": money(9133, "USD"), "account": "1050", "settled": money(9133, "USD"), "reference": "ch_1",
        "allocations": [{ "document": INVOICE_KEY, "amount": money(9133, "USD") }]
    })
}

/// The same of an order in euros, which the provider changed into dollars: 91.33 at 1.0945 is 99.96.
pub(crate) fn exchanged() -> Value {
    json!({
        "key": "tb:acct_1:charge:ch_1", "direction": "in", "customer_key": CUSTOMER_KEY, "date": "2026-03-02",
        "amount": money(9133, "EUR"), "exchange_rate": "1.0945", "account": "1050", "settled": money(9941, "USD"),
        "reference": "ch_1", "allocations": [{ "document": INVOICE_KEY, "amount": money(9133, "EUR") }]
    })
}

/// What the provider kept of the charge.
pub(crate) fn fee() -> Value {
    let line = |account: &str, minor| {
        json!({
            "account": account, "amount": money(minor, "USD"), "base": money(minor, "USD"), "transaction": "txn_1",
            "source": "ch_1", "order": "000000042"
        })
    };
    json!({
        "key": "tb:acct_1:day:2026-03-01:USD", "date": "2026-03-01", "memo": "fees of a day",
        "lines": [line("6300", 343), line("1050", -343)]
    })
}

/// With a member changed, by its JSON pointer.
pub(crate) fn with(mut document: Value, pointer: &str, value: Value) -> Value {
    *document.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value;
    document
}
