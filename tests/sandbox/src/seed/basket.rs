//! What was put into the cart, and what it all comes to in both currencies.

use rust_decimal::Decimal;

use super::amounts::{Amounts, Rules, round};

/// A product in the cart.
#[derive(Clone, Debug)]
pub(crate) struct Product {
    pub(crate) sku: &'static str,
    pub(crate) name: &'static str,
    pub(crate) id: u64,
    /// In base currency.
    pub(crate) price: Decimal,
    pub(crate) qty: u32,
    pub(crate) shape: Shape,
}

/// How a product becomes rows.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// One row.
    Simple,
    /// One row that is not sent.
    Virtual,
    /// A parent with the price, and the child that was chosen: same article number.
    Configurable,
    /// A parent that repeats the sum of its children.
    DynamicBundle(Vec<Product>),
    /// A parent with the price, and children worth nothing.
    FixedBundle(Vec<Product>),
}

/// An order before it is one.
#[derive(Clone, Debug)]
pub(crate) struct Basket {
    pub(crate) products: Vec<Product>,
    /// In base currency; nothing is sent where there is none.
    pub(crate) shipping: Option<Decimal>,
    pub(crate) rules: Rules,
    /// Whether `row_total` is shown after the discount (`Sales/Plugin/DataObjectProcessor.php` of magento/magento2), or
    /// before, as older versions do.
    pub(crate) discounted_rows: bool,
    pub(crate) currency: &'static str,
    /// Order currency per base currency.
    pub(crate) rate: Decimal,
    /// The charge's currency, where it is not the order's.
    pub(crate) charged_in: Option<&'static str>,
    /// Stripe's settlement (USD) per presentment, in smallest units.
    pub(crate) stripe_rate: Option<Decimal>,
    pub(crate) guest: bool,
    pub(crate) state: &'static str,
    pub(crate) status: &'static str,
}

/// The base currency of the shop.
pub(crate) const BASE: &str = "USD";

/// One currency's sums.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums {
    pub(crate) subtotal: Decimal,
    pub(crate) subtotal_incl_tax: Decimal,
    /// Below nothing.
    pub(crate) discount: Decimal,
    pub(crate) tax: Decimal,
    pub(crate) compensation: Decimal,
    pub(crate) shipping: Amounts,
    pub(crate) grand_total: Decimal,
}

/// Both currencies' sums.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Totals {
    pub(crate) order: Sums,
    pub(crate) base: Sums,
}

impl Product {
    /// What the row is worth at a rate.
    pub(crate) fn amounts(&self, rate: Decimal, rules: Rules) -> Amounts {
        self.amounts_of(Decimal::from(self.qty), rate, rules)
    }

    fn amounts_of(&self, qty: Decimal, rate: Decimal, rules: Rules) -> Amounts {
        match &self.shape {
            Shape::DynamicBundle(parts) => parts.iter().fold(Amounts::default(), |sum, part| {
                let one = part.amounts_of(qty * Decimal::from(part.qty), rate, rules);
                let per_bundle = Decimal::from(part.qty);
                let price = Amounts {
                    price: one.price * per_bundle,
                    price_incl_tax: one.price_incl_tax * per_bundle,
                    ..one
                };
                sum.plus(price)
            }),
            _ => Amounts::of(round(self.price * rate), qty, rules),
        }
    }
}

impl Basket {
    /// Everything added up, so that the identity of the order's totals holds.
    pub(crate) fn totals(&self) -> Totals {
        Totals { order: self.sums(self.rate), base: self.sums(Decimal::ONE) }
    }

    fn sums(&self, rate: Decimal) -> Sums {
        let goods = self
            .products
            .iter()
            .map(|product| product.amounts(rate, self.rules))
            .fold(Amounts::default(), Amounts::plus);
        let shipping = self
            .shipping
            .map_or(Amounts::default(), |price| Amounts::of(round(price * rate), Decimal::ONE, self.rules));
        let discount = -(goods.discount + shipping.discount);
        let tax = goods.tax + shipping.tax;
        let compensation = goods.compensation;
        let grand_total =
            goods.row_total + discount + shipping.row_total + tax + compensation + shipping.compensation;
        Sums {
            subtotal: goods.row_total,
            subtotal_incl_tax: goods.row_total_incl_tax,
            discount,
            tax,
            compensation,
            shipping,
            grand_total,
        }
    }

    /// Whether nothing is to be sent.
    pub(crate) fn is_virtual(&self) -> bool {
        self.products.iter().all(|product| matches!(product.shape, Shape::Virtual))
            && !self.products.is_empty()
    }
}
