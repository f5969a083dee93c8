//! What a row is worth, in one currency, as Magento works it out: every step rounded to two decimals.

use rust_decimal::{Decimal, RoundingStrategy};

/// How prices are meant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// Tax in per cent.
    pub(crate) tax: Decimal,
    /// Discount in per cent.
    pub(crate) discount: Decimal,
    /// Whether prices hold the tax.
    pub(crate) tax_included: bool,
}

/// The amounts of a row, or of shipping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Amounts {
    pub(crate) price: Decimal,
    pub(crate) price_incl_tax: Decimal,
    /// Net, before discount.
    pub(crate) row_total: Decimal,
    pub(crate) row_total_incl_tax: Decimal,
    /// Above nothing.
    pub(crate) discount: Decimal,
    /// After the discount.
    pub(crate) tax: Decimal,
    /// Tax that the discount took along, where prices hold the tax.
    pub(crate) compensation: Decimal,
}

impl Amounts {
    /// A row of some pieces at a price.
    pub(crate) fn of(price: Decimal, qty: Decimal, rules: Rules) -> Self {
        if rules.tax_included { Self::gross(price, qty, rules) } else { Self::net(price, qty, rules) }
    }

    fn net(price: Decimal, qty: Decimal, rules: Rules) -> Self {
        let rate = rules.tax / Decimal::ONE_HUNDRED;
        let row_total = round(price * qty);
        let discount = round(row_total * rules.discount / Decimal::ONE_HUNDRED);
        Self {
            price,
            price_incl_tax: round(price + price * rate),
            row_total,
            row_total_incl_tax: round(row_total + row_total * rate),
            discount,
            tax: round((row_total - discount) * rate),
            compensation: Decimal::ZERO,
        }
    }

    fn gross(price: Decimal, qty: Decimal, rules: Rules) -> Self {
        let rate = rules.tax / Decimal::ONE_HUNDRED;
        let inside = |gross: Decimal| round(gross * rate / (Decimal::ONE + rate));
        let whole = round(price * qty);
        let discount = round(whole * rules.discount / Decimal::ONE_HUNDRED);
        let (full, tax) = (inside(whole), inside(whole - discount));
        Self {
            price: price - inside(price),
            price_incl_tax: price,
            row_total: whole - full,
            row_total_incl_tax: whole,
            discount,
            tax,
            compensation: full - tax,
        }
    }

    /// The row with its discount taken off its totals, where prices are without tax.
    pub(crate) fn after_discount(self, rules: Rules) -> Self {
        let row_total = self.row_total - self.discount;
        let with_tax = round(row_total + row_total * rules.tax / Decimal::ONE_HUNDRED);
        Self { row_total, row_total_incl_tax: with_tax, ..self }
    }

    /// The sum of two rows; prices add as they do in a bundle.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            price: self.price + other.price,
            price_incl_tax: self.price_incl_tax + other.price_incl_tax,
            row_total: self.row_total + other.row_total,
            row_total_incl_tax: self.row_total_incl_tax + other.row_total_incl_tax,
            discount: self.discount + other.discount,
            tax: self.tax + other.tax,
            compensation: self.compensation + other.compensation,
        }
    }
}

/// Two decimals, half away from zero: what Magento keeps, whatever the currency.
pub(crate) fn round(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}
