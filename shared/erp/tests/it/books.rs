//! A sale, its charge, half of it back, and what is left paid out: after each entry the accounts stand where accountants say.

use serde_json::{Value, json};

use crate::document::{CUSTOMER_KEY, INVOICE_KEY, NOTE_KEY, ORDER_KEY, money, order_in, with};
use crate::world::{CREDIT_NOTE, INVOICE, JOURNAL, ORDER, PAYMENT, World};

/// A net amount and a tax of an order in a currency.
struct Sale {
    currency: &'static str,
    net: i64,
    tax: i64,
}

impl Sale {
    fn money(&self, minor: i64) -> Value {
        money(minor, self.currency)
    }

    fn taxes(&self, minor: i64) -> Value {
        json!([{ "code": "NY-SALES", "amount": self.money(minor) }])
    }

    fn order(&self) -> Value {
        let none = self.money(0);
        let total = self.money(self.net + self.tax);
        let line = json!({
            "line_id": "420", "sku": "LAMP-BRASS", "name": "Desk lamp", "stock": true, "quantity": "2",
            "unit_price": self.money(self.net / 2), "discount": none, "taxes": self.taxes(self.tax)
        });
        let mut order = with(order_in(self.currency), "/lines", json!([line]));
        for (member, value) in [
            ("shipping", none.clone()),
            ("shipping_taxes", json!([])),
            ("discount", none),
            ("total", total.clone()),
        ] {
            order[member] = value;
        }
        with(order, "/payment/amount", total)
    }

    fn invoice(&self) -> Value {
        json!({
            "key": INVOICE_KEY, "order_key": ORDER_KEY, "date": "2026-03-01", "total": self.money(self.net + self.tax),
            "lines": [{ "line_id": "420", "quantity": "2" }]
        })
    }

    /// Half of it.
    fn credit_note(&self) -> Value {
        let (net, tax) = (self.net / 2, self.tax / 2);
        json!({
            "key": NOTE_KEY, "order_key": ORDER_KEY, "against": INVOICE_KEY, "date": "2026-03-02",
            "total": self.money(net + tax),
            "lines": [{
                "line_id": "420", "quantity": "1", "description": "Desk lamp", "net": self.money(net), "taxes": self.taxes(tax)
            }]
        })
    }

    /// What settles a document, and what that became at the provider.
    fn payment(&self, direction: &str, document: &Value, settled: i64) -> Value {
        let reference = if direction == "in" { "ch_1" } else { "re_1" };
        let mut payment = json!({
            "key": format!("tb:acct_1:{direction}:{reference}"), "direction": direction, "customer_key": CUSTOMER_KEY,
            "date": document["date"], "amount": document["total"], "account": "1050", "settled": money(settled, "USD"),
            "reference": reference,
            "allocations": [{ "document": document["key"], "amount": document["total"] }]
        });
        if self.currency != "USD" {
            payment["exchange_rate"] = json!("1.0945");
        }
        payment
    }
}

/// From one account to another, in dollars.
fn moved(key: &str, date: &str, debit: &str, credit: &str, minor: i64) -> Value {
    let line = |account: &str, minor: i64| json!({ "account": account, "amount": money(minor, "USD"), "base": money(minor, "USD") });
    json!({ "key": key, "date": date, "memo": key, "lines": [line(debit, minor), line(credit, -minor)] })
}

/// The worked case of a merchant who keeps books, and is settled, in dollars: 100.00 and 8.00 tax, a fee of 3.43, half of it back.
#[tokio::test]
async fn a_sale_in_dollars_ends_with_nothing_owed_and_all_of_it_in_the_bank() {
    let world = World::new().await;
    let sale = Sale { currency: "USD", net: 10_000, tax: 800 };
    let (invoice, note) = (sale.invoice(), sale.credit_note());
    world.erp.put(ORDER, &sale.order()).await.unwrap();
    world.erp.put(INVOICE, &invoice).await.unwrap();
    let stand = async |expected: &[&str]| {
        let mut balances = world.balances().await;
        balances.retain(|row| !row.contains(" 0.00 "));
        let expected: Vec<String> =
            expected.iter().map(|row| format!("{row} {}", row.rsplit(' ').next().unwrap())).collect();
        assert_eq!(balances, expected);
    };
    stand(&["1200 USD 108.00", "2200 USD -8.00", "4000 USD -100.00"]).await;

    let charge = world.erp.put(PAYMENT, &sale.payment("in", &invoice, 10_800)).await.unwrap();
    assert_eq!(charge["posted_as"], json!("payment"));
    stand(&["1050 USD 108.00", "2200 USD -8.00", "4000 USD -100.00"]).await;

    world.erp.put(JOURNAL, &moved("tb:acct_1:bt:txn_1", "2026-03-01", "6300", "1050", 343)).await.unwrap();
    stand(&["1050 USD 104.57", "2200 USD -8.00", "4000 USD -100.00", "6300 USD 3.43"]).await;

    world.erp.put(CREDIT_NOTE, &note).await.unwrap();
    let credited = [
        "1050 USD 104.57",
        "1200 USD -54.00",
        "2200 USD -4.00",
        "4000 USD -100.00",
        "4900 USD 50.00",
        "6300 USD 3.43",
    ];
    stand(&credited).await;

    world.erp.put(PAYMENT, &sale.payment("out", &note, 5_400)).await.unwrap();
    stand(&["1050 USD 50.57", "2200 USD -4.00", "4000 USD -100.00", "4900 USD 50.00", "6300 USD 3.43"]).await;

    world
        .erp
        .put(JOURNAL, &moved("tb:acct_1:payout:po_1", "2026-03-04", "1060", "1050", 5_057))
        .await
        .unwrap();
    world
        .erp
        .put(JOURNAL, &moved("tb:acct_1:payout:po_1:paid", "2026-03-06", "1100", "1060", 5_057))
        .await
        .unwrap();
    stand(&["1100 USD 50.57", "2200 USD -4.00", "4000 USD -100.00", "4900 USD 50.00", "6300 USD 3.43"]).await;
}

/// The same in euros, which the provider changes at rates of its own: what they leave is a loss at the charge (100.69 owed, 100.12
/// came) and again at the refund (50.35 owed, 50.41 went).
#[tokio::test]
async fn a_sale_in_euros_that_settles_in_dollars_leaves_its_difference_and_nothing_owed() {
    let world = World::new().await;
    let sale = Sale { currency: "EUR", net: 8_600, tax: 600 };
    let (invoice, note) = (sale.invoice(), sale.credit_note());
    world.erp.put(ORDER, &sale.order()).await.unwrap();
    world.erp.put(INVOICE, &invoice).await.unwrap();
    let charge = world.erp.put(PAYMENT, &sale.payment("in", &invoice, 10_012)).await.unwrap();
    assert_eq!(charge["posted_as"], json!("journal"));
    let of = async |account: &str| {
        let rows = world.balances().await;
        let rows: Vec<String> = rows.into_iter().filter(|row| row.starts_with(account)).collect();
        rows.join(", ")
    };
    assert_eq!(of("1200").await, "1200 EUR 0.00 0.00");
    assert_eq!(
        (of("1050").await.as_str(), of("6900").await.as_str()),
        ("1050 USD 100.12 100.12", "6900 USD 0.57 0.57")
    );

    world.erp.put(CREDIT_NOTE, &note).await.unwrap();
    assert_eq!(of("1200").await, "1200 EUR -46.00 -50.35");
    world.erp.put(PAYMENT, &sale.payment("out", &note, 5_041)).await.unwrap();
    assert_eq!(of("1200").await, "1200 EUR 0.00 0.00");
    assert_eq!(
        (of("1050").await.as_str(), of("6900").await.as_str()),
        ("1050 USD 49.71 49.71", "6900 USD 0.63 0.63")
    );
    // The company's books balance, whatever the currencies.
    let cents = |row: &String| row.rsplit(' ').next().unwrap().replace('.', "").parse::<i64>().unwrap();
    assert_eq!(world.balances().await.iter().map(cents).sum::<i64>(), 0);
}
