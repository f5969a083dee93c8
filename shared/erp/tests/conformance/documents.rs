//! What is booked: sales that add up, their refunds, and journals.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::system::{Kind, System};

/// The day of every document.
pub(crate) const DAY: &str = "2026-03-02";
/// A day that every company has closed.
pub(crate) const CLOSED_DAY: &str = "2019-12-31";

/// A document and its kind.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) kind: Kind,
    pub(crate) content: Value,
}

impl Document {
    pub(crate) fn key(&self) -> String {
        self.content["key"].as_str().unwrap().to_owned()
    }

    /// With a member changed, by its JSON pointer.
    pub(crate) fn with(&self, pointer: &str, value: Value) -> Self {
        let mut changed = self.clone();
        *changed.content.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value;
        changed
    }
}

pub(crate) fn money(minor: i64, currency: &str) -> Value {
    json!({ "minor": minor.to_string(), "currency": currency })
}

/// A sale of its own: its keys end in its tag.
pub(crate) struct Sale {
    tag: String,
    currency: &'static str,
    /// Company currency per unit of another.
    rate: Option<&'static str>,
    accounts: BTreeMap<String, String>,
}

impl Sale {
    /// In the company's currency.
    pub(crate) fn of(system: &impl System) -> Self {
        Self::numbered(system, 1)
    }

    /// One of several.
    pub(crate) fn numbered(system: &impl System, number: u32) -> Self {
        let tag = format!("{}n{number}", system.tag());
        Self { tag, currency: "USD", rate: None, accounts: system.settings().accounts }
    }

    pub(crate) fn in_currency(self, currency: &'static str, rate: &'static str) -> Self {
        Self { currency, rate: Some(rate), ..self }
    }

    fn key(&self, kind: &str) -> String {
        format!("tb:acct_1:{kind}:{}", self.tag)
    }

    fn money(&self, minor: i64) -> Value {
        money(minor, self.currency)
    }

    fn taxes(&self, minor: i64) -> Value {
        json!([{ "code": "NY-SALES", "amount": self.money(minor) }])
    }

    pub(crate) fn account(&self, role: &str) -> String {
        self.accounts.get(role).unwrap_or_else(|| panic!("settings of the system have no {role}")).clone()
    }

    fn clearing(&self) -> String {
        self.account(&format!("stripe_clearing.{}", self.currency))
    }

    /// Two lamps with a discount, a warranty, shipping and taxes: 60.00 - 5.00 + 4.50, 29.00 + 2.00, 9.95 + 0.88, of which 10.00 were
    /// paid by a gift card: 91.33.
    pub(crate) fn order(&self) -> Document {
        let address = json!({
            "name": "Ann Lee", "company": "Lee & Sons", "street": ["1 Main St", "Flat 2"], "city": "New York",
            "region": "NY", "postcode": "10001", "country": "US", "phone": "2125550100"
        });
        let money = |minor| self.money(minor);
        let mut content = json!({
            "key": self.key("sales_order"), "number": format!("1{}", self.tag), "status": "open",
            "ordered_at": "2026-03-01T23:30:00Z", "currency": self.currency, "customer_key": self.key("customer"),
            "customer": {
                "id": 7, "name": "Ann Lee", "email": format!("ann.{}@example.com", self.tag), "phone": "2125550100",
                "tax_id": "US-1"
            },
            "billing": address, "shipping_address": address,
            "lines": [
                {
                    "line_id": "420", "sku": "LAMP-BRASS", "name": "Desk lamp", "stock": true, "quantity": "2",
                    "unit_price": money(3000), "discount": money(500), "taxes": self.taxes(450)
                },
                {
                    "line_id": "421", "sku": "WARRANTY", "name": "Warranty", "stock": false, "quantity": "1",
                    "unit_price": money(2900), "discount": money(0), "taxes": self.taxes(200)
                }
            ],
            "shipping": money(995), "shipping_taxes": self.taxes(88), "discount": money(1000), "total": money(9133),
            "payment": {
                "provider": "stripe", "reference": format!("ch_{}", self.tag), "method": "card", "amount": money(9133),
                "paid_on": DAY
            }
        });
        if let Some(rate) = self.rate {
            content["exchange_rate"] = json!(rate);
        }
        Document { kind: Kind::Order, content }
    }

    /// An order of so many lines, each at another price.
    pub(crate) fn long_order(&self, lines: i64) -> Document {
        let row = |n: i64| {
            json!({
                "line_id": format!("{}", 500 + n), "sku": format!("LONG-{n}"), "name": format!("Part {n}"), "stock": true,
                "quantity": "3", "unit_price": self.money(100 + n), "discount": self.money(n % 7), "taxes": self.taxes(20)
            })
        };
        let of_row = |n: i64| 3 * (100 + n) - n % 7 + 20;
        let total = self.money((0..lines).map(of_row).sum::<i64>() + 995 + 88 - 1000);
        let rows: Vec<Value> = (0..lines).map(row).collect();
        self.order()
            .with("/lines", Value::Array(rows))
            .with("/total", total.clone())
            .with("/payment/amount", total)
    }

    /// All of the order.
    pub(crate) fn invoice(&self) -> Document {
        self.invoice_of(&self.order())
    }

    pub(crate) fn invoice_of(&self, order: &Document) -> Document {
        let rows = order.content["lines"].as_array().unwrap();
        let line = |row: &Value| json!({ "line_id": row["line_id"], "quantity": row["quantity"] });
        let lines: Vec<Value> = rows.iter().map(line).collect();
        let content = json!({
            "key": self.key("sales_invoice"), "order_key": order.key(), "date": DAY, "lines": lines,
            "total": order.content["total"]
        });
        Document { kind: Kind::Invoice, content }
    }

    /// One lamp and the shipping go back, and a fee is kept: 27.50 + 2.25, 9.95 + 0.88, -5.00: 35.58.
    pub(crate) fn credit_note(&self) -> Document {
        let lines = json!([
            {
                "line_id": "420", "quantity": "1", "description": "Desk lamp", "net": self.money(2750),
                "taxes": self.taxes(225)
            },
            { "description": "Shipping", "net": self.money(995), "taxes": self.taxes(88) },
            { "description": "Fee", "net": self.money(-500) }
        ]);
        self.note("re", lines, 3558)
    }

    /// An amount that belongs to no row, and no tax that is known.
    pub(crate) fn credit_note_of(&self, minor: i64, of: &str) -> Document {
        self.note(of, json!([{ "description": "Goodwill", "net": self.money(minor) }]), minor)
    }

    fn note(&self, of: &str, lines: Value, total: i64) -> Document {
        let content = json!({
            "key": self.key(&format!("credit_note_{of}")), "order_key": self.key("sales_order"),
            "against": self.key("sales_invoice"), "date": DAY, "lines": lines, "total": self.money(total)
        });
        Document { kind: Kind::CreditNote, content }
    }

    /// The charge that pays the invoice.
    pub(crate) fn payment(&self) -> Document {
        self.payment_of("ch", "in", &self.key("sales_invoice"), 9133)
    }

    /// What goes back for the credit note.
    pub(crate) fn refund(&self) -> Document {
        self.payment_of("re", "out", &self.key("credit_note_re"), 3558)
    }

    pub(crate) fn payment_of(&self, of: &str, direction: &str, document: &str, minor: i64) -> Document {
        let mut content = json!({
            "key": self.key(of), "direction": direction, "customer_key": self.key("customer"), "date": DAY,
            "amount": self.money(minor), "account": self.clearing(), "settled": self.money(minor),
            "reference": format!("{of}_{}", self.tag),
            "allocations": [{ "document": document, "amount": self.money(minor) }]
        });
        if let Some(rate) = self.rate {
            content["exchange_rate"] = json!(rate);
            content["settled_rate"] = json!(rate);
        }
        Document { kind: Kind::Payment, content }
    }

    /// The same charge where the provider changed it into so many dollars.
    pub(crate) fn exchanged(&self, settled: i64) -> Document {
        let mut payment = self.payment();
        payment.content.as_object_mut().unwrap().remove("settled_rate");
        payment.content["account"] = json!(self.account("stripe_clearing.USD"));
        payment.with("/settled", money(settled, "USD"))
    }

    /// What the provider kept.
    pub(crate) fn journal(&self) -> Document {
        self.journal_of("fee", &self.account("stripe_fees.processing"), 343)
    }

    /// So much from the clearing account to another.
    pub(crate) fn journal_of(&self, of: &str, account: &str, minor: i64) -> Document {
        let line = |account: &str, minor| {
            json!({
                "account": account, "amount": money(minor, "USD"), "base": money(minor, "USD"), "source": "ch_1",
                "transaction": "txn_1"
            })
        };
        let content = json!({
            "key": self.key(of), "date": DAY, "memo": "what a day comes to",
            "lines": [line(account, minor), line(&self.account("stripe_clearing.USD"), -minor)]
        });
        Document { kind: Kind::Journal, content }
    }

    /// One of each kind, each after what it needs.
    pub(crate) fn all(&self) -> [Document; 5] {
        [self.order(), self.invoice(), self.payment(), self.credit_note(), self.journal()]
    }
}

/// Another document under the same key.
pub(crate) fn differing(document: &Document) -> Document {
    match document.kind {
        Kind::Order => document.with("/lines/0/taxes/0/code", json!("VAT")),
        Kind::Invoice => {
            let currency = document.content["total"]["currency"].as_str().unwrap().to_owned();
            document.with("/total", money(9132, &currency))
        }
        Kind::CreditNote => {
            let lines = document.content["lines"].clone();
            let fewer = document.with("/lines", json!([lines[0], lines[1]]));
            fewer.with("/total", money(4058, "USD"))
        }
        Kind::Payment => document.with("/reference", json!("ch_another")),
        Kind::Journal => {
            let half =
                document.with("/lines/0/amount", money(100, "USD")).with("/lines/0/base", money(100, "USD"));
            half.with("/lines/1/amount", money(-100, "USD")).with("/lines/1/base", money(-100, "USD"))
        }
    }
}
