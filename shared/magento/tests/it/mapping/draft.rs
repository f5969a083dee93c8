//! Random orders as a shop makes them, and written as PHP writes them.

use std::fmt::Write as _;

use proptest::prelude::*;
use rust_decimal::{Decimal, RoundingStrategy};

/// An order before it is written.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    currency: &'static str,
    goods: Vec<Goods>,
    /// Shipping's price, its tax, its discount and the tax in that, in hundredths.
    shipping: [i64; 4],
    /// Gift cards, store credit, fixed product taxes, in hundredths.
    other: i64,
    /// Whether row totals are sent after discount, as 2.4.5 does.
    after_discount: bool,
    /// Chooses how each number is written.
    pen: u64,
}

#[derive(Clone, Debug)]
enum Goods {
    Single { kind: &'static str, price: Price },
    Configurable(Price),
    DynamicBundle(Vec<Price>),
    FixedBundle(Price, usize),
}

/// Money of a row.
#[derive(Clone, Debug)]
struct Price {
    /// In thousandths.
    quantity: i64,
    /// In ten thousandths.
    price: i64,
    /// In thousandths of a percent.
    tax: i64,
    /// In percent.
    discount: i64,
    /// Whether prices include tax, so that a discount does too.
    with_tax: bool,
}

/// A row as it is sent, and what becomes of it.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) id: u64,
    pub(crate) quantity: Decimal,
    pub(crate) tax: Decimal,
    pub(crate) booked: bool,
    pub(crate) shipped: bool,
    parent: Option<u64>,
    kind: &'static str,
    price: Decimal,
    total: Decimal,
    discount: Decimal,
    compensation: Decimal,
    percent: Decimal,
}

impl Row {
    pub(crate) fn gross(&self) -> Decimal {
        self.total
    }

    pub(crate) fn net(&self) -> Decimal {
        self.total - self.discount + self.compensation
    }
}

/// Magento's own rounding, whatever the currency.
fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

impl Price {
    fn row(&self, id: u64, kind: &'static str, parent: Option<u64>) -> Row {
        let (quantity, price) = (Decimal::new(self.quantity, 3), Decimal::new(self.price, 4));
        let percent = Decimal::new(self.tax, 3);
        let total = cents(price * quantity);
        let discount = cents(total * Decimal::new(self.discount, 2));
        let hundred = Decimal::from(100);
        let compensation =
            if self.with_tax { cents(discount * percent / (hundred + percent)) } else { Decimal::ZERO };
        let tax = cents((total - discount + compensation) * percent / hundred);
        let shipped = !matches!(kind, "virtual" | "downloadable");
        Row {
            id,
            quantity,
            tax,
            booked: true,
            shipped,
            parent,
            kind,
            price,
            total,
            discount,
            compensation,
            percent,
        }
    }

    /// A row that costs nothing because its parent does.
    fn free(&self, id: u64, parent: u64) -> Row {
        let free = Self { price: 0, tax: 0, ..self.clone() };
        Row { booked: false, ..free.row(id, "simple", Some(parent)) }
    }
}

impl Draft {
    pub(crate) fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for goods in &self.goods {
            let id = rows.len() as u64 + 1;
            match goods {
                Goods::Single { kind, price } => rows.push(price.row(id, kind, None)),
                Goods::Configurable(price) => {
                    rows.push(price.row(id, "configurable", None));
                    rows.push(Row { shipped: false, ..price.free(id + 1, id) });
                }
                Goods::FixedBundle(price, children) => {
                    rows.push(Row { shipped: false, ..price.row(id, "bundle", None) });
                    rows.extend((1..=*children as u64).map(|n| price.free(id + n, id)));
                }
                Goods::DynamicBundle(prices) => {
                    let children =
                        prices.iter().zip(1_u64..).map(|(price, n)| price.row(id + n, "simple", Some(id)));
                    let children: Vec<Row> = children.collect();
                    // The parent repeats the sum of its children, before their discounts.
                    let sum = |of: fn(&Row) -> Decimal| children.iter().map(of).sum::<Decimal>();
                    rows.push(Row {
                        id,
                        quantity: Decimal::ONE,
                        tax: sum(|child| child.tax),
                        booked: false,
                        shipped: false,
                        parent: None,
                        kind: "bundle",
                        price: sum(|child| child.total),
                        total: sum(|child| child.total),
                        discount: Decimal::ZERO,
                        compensation: Decimal::ZERO,
                        percent: Decimal::ZERO,
                    });
                    rows.extend(children);
                }
            }
        }
        rows
    }

    pub(crate) fn shipping_net(&self) -> Decimal {
        let [price, _, discount, compensation] = self.shipping;
        Decimal::new(price - discount + compensation, 2)
    }

    pub(crate) fn other(&self) -> Decimal {
        Decimal::new(self.other, 2)
    }

    pub(crate) fn grand_total(&self) -> Decimal {
        let rows: Decimal = self.rows().iter().filter(|row| row.booked).map(|row| row.net() + row.tax).sum();
        rows + self.shipping_net() + Decimal::new(self.shipping[1], 2) + self.other()
    }

    /// The order as REST shows it.
    pub(crate) fn text(&self) -> String {
        let mut pen = Pen(self.pen);
        let mut text = format!(
            r#"{{"entity_id":1,"increment_id":"000000001","state":"new","status":"pending","store_id":1,"created_at":"2026-03-02 09:14:07","order_currency_code":"{0}","base_currency_code":"{0}""#,
            self.currency
        );
        let rows = self.rows();
        let subtotal = rows.iter().filter(|row| row.booked).map(|row| row.total).sum();
        for (name, amount) in [
            ("grand_total", self.grand_total()),
            ("subtotal", subtotal),
            ("shipping_amount", Decimal::new(self.shipping[0], 2)),
            ("shipping_tax_amount", Decimal::new(self.shipping[1], 2)),
            ("shipping_discount_amount", Decimal::new(self.shipping[2], 2)),
            ("shipping_discount_tax_compensation_amount", Decimal::new(self.shipping[3], 2)),
        ] {
            let must = name == "grand_total";
            pen.field(&mut text, name, amount, must);
        }
        text.push_str(r#","items":["#);
        for (n, row) in rows.iter().enumerate() {
            if n > 0 {
                text.push(',');
            }
            self.row(&mut text, &mut pen, row);
        }
        text.push_str("]}");
        text
    }

    fn row(&self, text: &mut String, pen: &mut Pen, row: &Row) {
        let Row { id, kind, .. } = row;
        write!(text, r#"{{"item_id":{id},"product_type":"{kind}","sku":"SKU {id}""#).unwrap();
        if let Some(parent) = row.parent {
            write!(text, r#","parent_item_id":{parent}"#).unwrap();
        }
        let is_after = self.after_discount && (row.booked || row.kind != "bundle");
        let total = if is_after { row.total - row.discount } else { row.total };
        for (name, amount) in [
            ("qty_ordered", row.quantity),
            ("price", row.price),
            ("row_total", total),
            ("tax_amount", row.tax),
            ("tax_percent", row.percent),
            ("discount_amount", row.discount),
            ("discount_tax_compensation_amount", row.compensation),
            ("is_virtual", Decimal::from(u8::from(matches!(row.kind, "virtual" | "downloadable")))),
        ] {
            match name {
                "is_virtual" => write!(text, r#","is_virtual":{amount}"#).unwrap(),
                name => pen.field(text, name, amount, false),
            }
        }
        text.push('}');
    }
}

/// Writes numbers in one way or another.
struct Pen(u64);

impl Pen {
    fn field(&mut self, text: &mut String, name: &str, amount: Decimal, must: bool) {
        // Knuth's multiplier: the next choice has little to do with the last.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let choice = self.0 >> 60;
        let noise = Decimal::new(if self.0 >> 59 & 1 == 0 { 1 } else { -1 }, 14);
        let plain = amount.normalize();
        let written = match choice {
            0..=5 => plain.to_string(),
            6..=8 => format!("\"{plain:.4}\""),
            9..=12 => (plain + noise).to_string(),
            13 if amount.is_zero() => "3.5527136788005e-15".to_owned(),
            14 if amount.is_zero() && !must => "null".to_owned(),
            _ if amount.is_zero() && !must => return,
            _ => format!("{plain}e0"),
        };
        write!(text, r#","{name}":{written}"#).unwrap();
    }
}

fn price() -> impl Strategy<Value = Price> {
    let quantity = prop_oneof![Just(1000_i64), Just(2000), Just(7000), 1_i64..9000];
    let tax = prop_oneof![Just(0_i64), Just(8875), Just(19_000), Just(25_000)];
    let discount = prop_oneof![Just(0_i64), Just(10), Just(100), 0_i64..=100];
    (quantity, 0_i64..50_000_000, tax, discount, any::<bool>()).prop_map(
        |(quantity, price, tax, discount, with_tax)| Price { quantity, price, tax, discount, with_tax },
    )
}

fn goods() -> impl Strategy<Value = Goods> {
    // A dynamic bundle is known by a child that costs something.
    let costs = price().prop_map(|price| Price { price: price.price + 1, ..price });
    prop_oneof![
        (prop_oneof![Just("simple"), Just("virtual"), Just("downloadable")], price())
            .prop_map(|(kind, price)| Goods::Single { kind, price }),
        price().prop_map(Goods::Configurable),
        proptest::collection::vec(costs, 1..4).prop_map(Goods::DynamicBundle),
        (price(), 1_usize..4).prop_map(|(price, children)| Goods::FixedBundle(price, children)),
    ]
}

pub(crate) fn draft() -> impl Strategy<Value = Draft> {
    let currency = prop_oneof![Just("USD"), Just("EUR"), Just("JPY"), Just("KWD"), Just("CLF")];
    let shipping = (0_i64..5000, 0_i64..500, 0_i64..3000, 0_i64..100)
        .prop_map(|(price, tax, discount, compensation)| [price, tax, discount.min(price), compensation]);
    let other = prop_oneof![Just(0_i64), -5000_i64..5000];
    (currency, proptest::collection::vec(goods(), 1..6), shipping, other, any::<bool>(), any::<u64>())
        .prop_map(|(currency, goods, shipping, other, after_discount, pen)| Draft {
            currency,
            goods,
            shipping,
            other,
            after_discount,
            pen,
        })
}
