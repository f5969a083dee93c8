//! What an invoice comes to.
//!
//! The order of the steps counts, because the rounder remembers. Source:
//! `Sales/Model/Order/Invoice/{Item,Total/{Subtotal,Discount,Shipping,Tax}}.php`, `Sales/etc/sales.xml` of
//! magento/magento2.

use rust_decimal::Decimal;
use serde_json::Value;

use crate::magento::amount::{Side, amount, share};
use crate::magento::part::Part;
use crate::magento::rounding::{Kind, Rounder};
use crate::magento::rows;

/// The sums in one currency.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    subtotal: Decimal,
    subtotal_with_tax: Decimal,
    /// Above nothing.
    discount: Decimal,
    tax: Decimal,
    compensation: Decimal,
    grand_total: Decimal,
    /// The first invoice takes all of the shipping.
    shipping: Shipping,
    shipping_tax: Option<Decimal>,
    shipping_compensation: Option<Decimal>,
}

/// Shipping on an invoice.
#[derive(Clone, Copy, Debug, Default)]
enum Shipping {
    /// Another invoice has it.
    #[default]
    Elsewhere,
    /// The order has none.
    Free,
    Here {
        net: Decimal,
        with_tax: Decimal,
    },
}

impl Sums {
    /// Writes them on the invoice.
    pub(super) fn write(&self, side: Side, invoice: &mut Value) {
        let mut set = |name: &str, amount: Decimal| side.set(invoice, name, amount);
        set("subtotal", self.subtotal);
        set("subtotal_incl_tax", self.subtotal_with_tax);
        set("discount_amount", -self.discount);
        set("tax_amount", self.tax);
        set("discount_tax_compensation_amount", self.compensation);
        set("grand_total", self.grand_total);
        match self.shipping {
            Shipping::Elsewhere => {}
            Shipping::Free => set("shipping_amount", Decimal::ZERO),
            Shipping::Here { net, with_tax } => {
                set("shipping_amount", net);
                set("shipping_incl_tax", with_tax);
            }
        }
        if let Some(tax) = self.shipping_tax {
            set("shipping_tax_amount", tax);
        }
        if let Some(compensation) = self.shipping_compensation {
            set("shipping_discount_tax_compensation_amount", compensation);
        }
    }
}

/// Works the sums out, and what each part comes to.
pub(super) fn collect(order: &Value, previous: &[&Value], parts: &mut [Part]) -> [Sums; 2] {
    let mut rounder = Rounder::default();
    Side::BOTH.map(|side| {
        let mut one = OneSide { order, previous, side, rounder: &mut rounder, sums: Sums::default() };
        one.subtotal(parts);
        one.discount(parts);
        one.shipping();
        one.tax(parts);
        one.sums
    })
}

struct OneSide<'a> {
    order: &'a Value,
    previous: &'a [&'a Value],
    side: Side,
    rounder: &'a mut Rounder,
    sums: Sums,
}

impl OneSide<'_> {
    fn of(&self, name: &str) -> Decimal {
        self.side.of(self.order, name)
    }

    /// What of a row's amount is in no invoice yet, or the part's share of that.
    fn open(&self, part: &Part, whole: &str, invoiced: &str) -> (Decimal, Decimal) {
        let row = &rows::all(self.order)[part.index];
        let open = self.side.of(row, whole) - self.side.of(row, invoiced);
        let pieces = amount(row, "qty_ordered") - amount(row, "qty_invoiced");
        (open, share(open, part.qty, pieces))
    }

    fn is_last(parts: &[Part]) -> bool {
        parts.iter().all(|part| part.is_dummy || part.is_last)
    }

    fn subtotal(&mut self, parts: &mut [Part]) {
        let side = self.side;
        for part in parts.iter_mut().filter(|part| !part.is_dummy) {
            let (open, share_of_it) = self.open(part, "row_total", "row_invoiced");
            let row_total =
                if part.is_last { open } else { self.rounder.added(side, Kind::Net, share_of_it) };
            let row = &rows::all(self.order)[part.index];
            let with_tax = side.of(row, "row_total_incl_tax");
            let with_tax = (!with_tax.is_zero()).then(|| {
                let of_it = share(with_tax, part.qty, amount(row, "qty_ordered"));
                self.rounder.added(side, Kind::WithTax, of_it)
            });
            part.money_mut(side).row_total = row_total;
            part.money_mut(side).with_tax = with_tax;
            self.sums.subtotal += row_total;
            self.sums.subtotal_with_tax += with_tax.unwrap_or_default();
        }
        let allowed = self.of("subtotal") - self.of("subtotal_invoiced");
        self.sums.subtotal = if Self::is_last(parts) { allowed } else { allowed.min(self.sums.subtotal) };
        self.sums.grand_total = self.sums.subtotal;
    }

    /// The first invoice with a discount takes that of the shipping too.
    fn discount(&mut self, parts: &mut [Part]) {
        let side = self.side;
        let had_discount = |invoice: &&Value| !amount(invoice, "discount_amount").is_zero();
        if !self.previous.iter().any(had_discount) {
            self.sums.discount = self.of("shipping_discount_amount");
        }
        for part in parts.iter_mut().filter(|part| !part.is_dummy) {
            let whole = side.of(&rows::all(self.order)[part.index], "discount_amount");
            if whole.is_zero() {
                continue;
            }
            let (open, share_of_it) = self.open(part, "discount_amount", "discount_invoiced");
            let discount = if part.is_last { open } else { self.rounder.taken(side, Kind::Net, share_of_it) };
            part.money_mut(side).discount = Some(discount);
            self.sums.discount += discount;
        }
        self.sums.grand_total -= self.sums.discount;
    }

    fn has_shipping_elsewhere(&self) -> bool {
        self.previous.iter().any(|invoice| !amount(invoice, "shipping_amount").is_zero())
    }

    fn shipping(&mut self) {
        let net = self.of("shipping_amount");
        // The order's own currency decides for both.
        self.sums.shipping = if amount(self.order, "shipping_amount").is_zero() {
            Shipping::Free
        } else if self.has_shipping_elsewhere() {
            Shipping::Elsewhere
        } else {
            self.sums.grand_total += net;
            Shipping::Here { net, with_tax: self.of("shipping_incl_tax") }
        };
    }

    fn tax(&mut self, parts: &mut [Part]) {
        let side = self.side;
        let (mut tax, mut compensation) = (Decimal::ZERO, Decimal::ZERO);
        for part in parts.iter_mut().filter(|part| !part.is_dummy && !part.qty.is_zero()) {
            let (open, share_of_it) = self.open(part, "tax_amount", "tax_invoiced");
            let (left, share_left) =
                self.open(part, "discount_tax_compensation_amount", "discount_tax_compensation_invoiced");
            let money = if part.is_last {
                (open, left)
            } else {
                (
                    self.rounder.added(side, Kind::Net, share_of_it),
                    self.rounder.added(side, Kind::Net, share_left),
                )
            };
            (part.money_mut(side).tax, part.money_mut(side).compensation) = money;
            tax += money.0;
            compensation += money.1;
        }
        self.sums.compensation = compensation;
        let mut allowed =
            self.of("discount_tax_compensation_amount") - self.of("discount_tax_compensation_invoiced");
        if !self.has_shipping_elsewhere() {
            let (shipping_tax, of_shipping) =
                (self.of("shipping_tax_amount"), self.of("shipping_discount_tax_compensation_amount"));
            tax += shipping_tax;
            compensation += of_shipping;
            allowed += of_shipping;
            self.sums.shipping_tax = Some(shipping_tax);
            self.sums.shipping_compensation = Some(of_shipping);
        }
        let allowed_tax = self.of("tax_amount") - self.of("tax_invoiced");
        let is_last = Self::is_last(parts);
        self.sums.tax = if is_last { allowed_tax } else { allowed_tax.min(tax) };
        self.sums.grand_total += self.sums.tax + if is_last { allowed } else { allowed.min(compensation) };
    }
}
