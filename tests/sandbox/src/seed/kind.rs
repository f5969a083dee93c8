//! The kinds of orders that can be made.

use rust_decimal::Decimal;

use super::amounts::Rules;
use super::basket::{BASE, Basket, Product, Shape};

/// Every kind, and what is particular about it.
const KINDS: [(Kind, &str); 26] = [
    (Kind::Simple, "simple"),
    (Kind::Configurable, "configurable"),
    (Kind::Bundle, "bundle"),
    (Kind::FixedBundle, "fixed_bundle"),
    (Kind::Virtual, "virtual"),
    (Kind::Halves, "halves"),
    (Kind::Guest, "guest"),
    (Kind::Mixed, "mixed"),
    (Kind::TwelveLines, "twelve_lines"),
    (Kind::Jpy, "jpy"),
    (Kind::Eur, "eur"),
    (Kind::Kwd, "kwd"),
    (Kind::PendingPayment, "pending_payment"),
    (Kind::Discount, "discount"),
    (Kind::DiscountedRows, "discounted_rows"),
    (Kind::TaxIncluded, "tax_included"),
    (Kind::TaxIncludedDiscount, "tax_included_discount"),
    (Kind::Holded, "holded"),
    (Kind::Canceled, "canceled"),
    (Kind::NoLines, "no_lines"),
    (Kind::UnknownCurrency, "unknown_currency"),
    (Kind::RefusedSku, "refused_sku"),
    (Kind::AmountMismatch, "amount_mismatch"),
    (Kind::MagentoOrderId, "magentoorderid"),
    (Kind::DescriptionOnly, "description_only"),
    (Kind::Unrelated, "unrelated"),
];

/// A kind of order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Simple,
    Configurable,
    Bundle,
    FixedBundle,
    Virtual,
    Halves,
    Guest,
    Mixed,
    TwelveLines,
    Jpy,
    Eur,
    Kwd,
    PendingPayment,
    Discount,
    DiscountedRows,
    TaxIncluded,
    TaxIncludedDiscount,
    Holded,
    Canceled,
    NoLines,
    UnknownCurrency,
    RefusedSku,
    AmountMismatch,
    MagentoOrderId,
    DescriptionOnly,
    Unrelated,
}

/// What ties the payment to its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tie {
    /// The key of Stripe's own module.
    Module,
    /// The key that merchants expect.
    Merchant,
    /// The description alone.
    Description,
    /// Nothing.
    None,
}

impl Tie {
    /// Whether the payment's description names the order.
    pub(crate) const fn describes(self) -> bool {
        matches!(self, Self::Module | Self::Description)
    }
}

/// A seed that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchKind(String);

impl NoSuchKind {
    pub(crate) fn unpayable(reason: String) -> Self {
        Self(reason)
    }
}

impl std::fmt::Display for NoSuchKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoSuchKind {}

impl Kind {
    /// The kind of that name.
    pub(crate) fn named(name: &str) -> Result<Self, NoSuchKind> {
        let found = KINDS.into_iter().find(|(_, known)| *known == name).map(|(kind, _)| kind);
        found.ok_or_else(|| {
            let names: Vec<&str> = KINDS.iter().map(|(_, name)| *name).collect();
            NoSuchKind(format!("there is no kind `{name}`, only {}", names.join(", ")))
        })
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        KINDS.into_iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// What ties the payment to its order.
    pub(crate) const fn tie(self) -> Tie {
        match self {
            Self::MagentoOrderId => Tie::Merchant,
            Self::DescriptionOnly => Tie::Description,
            Self::Unrelated => Tie::None,
            _ => Tie::Module,
        }
    }

    /// What the charge has on top of the order's total.
    pub(crate) const fn charged_too_much(self) -> i64 {
        if matches!(self, Self::AmountMismatch) { 1 } else { 0 }
    }

    /// What is in the cart.
    pub(crate) fn basket(self) -> Basket {
        let plain = plain();
        match self {
            Self::Simple
            | Self::AmountMismatch
            | Self::MagentoOrderId
            | Self::DescriptionOnly
            | Self::Unrelated => plain,
            Self::Configurable => Basket { products: vec![jacket(2)], ..plain },
            Self::Bundle => Basket { products: vec![dynamic_bundle(2)], ..plain },
            Self::FixedBundle => Basket { products: vec![fixed_bundle(1)], ..plain },
            Self::Virtual => Basket { products: vec![warranty(1)], shipping: None, ..plain },
            // 108.00 with the tax, of which a half is 54.00.
            Self::Halves => Basket {
                products: vec![Product { price: decimal(5_000, 2), ..warranty(2) }],
                shipping: None,
                rules: Rules { tax: Decimal::from(8), ..plain.rules },
                ..plain
            },
            Self::Guest => Basket { guest: true, ..plain },
            Self::Mixed => Basket {
                products: vec![lamp(3), jacket(1), dynamic_bundle(1), fixed_bundle(2), warranty(1)],
                ..plain
            },
            Self::TwelveLines => Basket { products: (0..12).map(|n| lamp(n % 3 + 1)).collect(), ..plain },
            Self::Jpy => foreign(plain, "JPY", decimal(15_137, 2), decimal(660_639, 6)),
            Self::Eur => foreign(plain, "EUR", decimal(9_137, 4), decimal(10_945, 4)),
            Self::Kwd => foreign(plain, "KWD", decimal(3_075, 4), decimal(32_541, 5)),
            Self::PendingPayment => Basket { state: "pending_payment", status: "pending_payment", ..plain },
            Self::Discount | Self::DiscountedRows => Basket {
                products: vec![lamp(3), jacket(1), dynamic_bundle(1)],
                rules: Rules { discount: Decimal::TEN, ..plain.rules },
                discounted_rows: self == Self::DiscountedRows,
                ..plain
            },
            Self::TaxIncluded => Basket { rules: Rules { tax_included: true, ..plain.rules }, ..plain },
            Self::TaxIncludedDiscount => {
                let rules = Rules { tax_included: true, discount: Decimal::from(15), ..plain.rules };
                Basket { products: vec![lamp(3), jacket(1)], rules, ..plain }
            }
            Self::Holded => Basket { state: "holded", status: "holded", ..plain },
            Self::Canceled => Basket { state: "canceled", status: "canceled", ..plain },
            Self::NoLines => Basket { products: Vec::new(), ..plain },
            Self::UnknownCurrency => Basket { currency: "XQZ", charged_in: Some(BASE), ..plain },
            Self::RefusedSku => {
                let refused = Product { sku: "REFUSED-BY-ERP", name: "Not for sale", id: 66, ..lamp(1) };
                Basket { products: vec![lamp(1), refused], ..plain }
            }
        }
    }
}

/// A registered customer's order of two articles, in the shop's own currency.
fn plain() -> Basket {
    Basket {
        products: vec![
            lamp(3),
            Product { sku: "NOTEBOOK-A5", name: "Notebook A5", id: 12, price: decimal(735, 2), ..lamp(2) },
        ],
        shipping: Some(decimal(995, 2)),
        rules: Rules { tax: decimal(8_875, 3), discount: Decimal::ZERO, tax_included: false },
        discounted_rows: false,
        currency: BASE,
        rate: Decimal::ONE,
        charged_in: None,
        stripe_rate: None,
        guest: false,
        state: "new",
        status: "pending",
    }
}

fn foreign(plain: Basket, currency: &'static str, rate: Decimal, stripe_rate: Decimal) -> Basket {
    Basket { currency, rate, stripe_rate: Some(stripe_rate), ..plain }
}

fn lamp(qty: u32) -> Product {
    Product {
        sku: "LAMP-BRASS",
        name: "Desk lamp, brass",
        id: 11,
        price: decimal(2_433, 2),
        qty,
        shape: Shape::Simple,
    }
}

fn jacket(qty: u32) -> Product {
    let shape = Shape::Configurable;
    Product { sku: "JACKET-GREEN-L", name: "Field jacket", id: 21, price: decimal(8_950, 2), qty, shape }
}

fn warranty(qty: u32) -> Product {
    let shape = Shape::Virtual;
    Product {
        sku: "WARRANTY-2Y",
        name: "Two more years of warranty",
        id: 31,
        price: decimal(2_900, 2),
        qty,
        shape,
    }
}

fn parts() -> Vec<Product> {
    vec![
        Product {
            sku: "PEN-BLACK",
            name: "Fountain pen, black",
            id: 41,
            price: decimal(1_849, 2),
            ..lamp(1)
        },
        Product { sku: "INK-BLUE", name: "Ink, blue", id: 42, price: decimal(617, 2), ..lamp(2) },
    ]
}

fn dynamic_bundle(qty: u32) -> Product {
    let shape = Shape::DynamicBundle(parts());
    Product { sku: "WRITING-SET", name: "Writing set", id: 40, price: Decimal::ZERO, qty, shape }
}

fn fixed_bundle(qty: u32) -> Product {
    let shape = Shape::FixedBundle(parts());
    Product {
        sku: "WRITING-SET-GIFT",
        name: "Writing set, gift box",
        id: 43,
        price: decimal(2_790, 2),
        qty,
        shape,
    }
}

fn decimal(digits: i64, scale: u32) -> Decimal {
    Decimal::new(digits, scale)
}
