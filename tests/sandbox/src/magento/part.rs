//! A row's part of an invoice or a credit memo.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::amount::{Side, json as number};
use super::document::copy;

/// Which row, how many of it, and what they come to.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Where the row is among the order's.
    pub(super) index: usize,
    pub(super) qty: Decimal,
    /// The row carries no money: it goes along with another.
    pub(super) is_dummy: bool,
    /// Nothing is open of the row after this.
    pub(super) is_last: bool,
    /// In the order's currency.
    pub(super) money: Money,
    /// In base currency.
    pub(super) base: Money,
}

/// What a part comes to, in one currency.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Money {
    pub(super) row_total: Decimal,
    pub(super) with_tax: Option<Decimal>,
    pub(super) tax: Decimal,
    /// Above nothing; absent where the row has none.
    pub(super) discount: Option<Decimal>,
    pub(super) compensation: Decimal,
}

impl Part {
    /// A part whose money is not worked out yet.
    pub(super) fn new(index: usize, qty: Decimal, is_dummy: bool, is_last: bool) -> Self {
        Self { index, qty, is_dummy, is_last, money: Money::default(), base: Money::default() }
    }

    pub(super) fn money(&self, side: Side) -> &Money {
        match side {
            Side::Order => &self.money,
            Side::Base => &self.base,
        }
    }

    pub(super) fn money_mut(&mut self, side: Side) -> &mut Money {
        match side {
            Side::Order => &mut self.money,
            Side::Base => &mut self.base,
        }
    }

    /// The document's row, but for its id.
    pub(super) fn row(&self, of: &Value) -> Map<String, Value> {
        let mut row = Map::new();
        for name in
            ["base_price", "base_price_incl_tax", "name", "price", "price_incl_tax", "product_id", "sku"]
        {
            copy(of, &mut row, name);
        }
        row.insert("order_item_id".to_owned(), of["item_id"].clone());
        row.insert("qty".to_owned(), number(self.qty));
        if self.is_dummy {
            return row;
        }
        for side in Side::BOTH {
            let money = self.money(side);
            let mut set = |name: &str, amount: Decimal| row.insert(side.column(name), number(amount));
            set("row_total", money.row_total);
            set("tax_amount", money.tax);
            set("discount_tax_compensation_amount", money.compensation);
            if let Some(with_tax) = money.with_tax {
                set("row_total_incl_tax", with_tax);
            }
            if let Some(discount) = money.discount {
                set("discount_amount", discount);
            }
        }
        row
    }
}

/// What a row says of fixed product taxes after the first document about it: here there are none.
pub(super) fn mark_untaxed_product(row: &mut Value) {
    row["weee_tax_applied"] = json!("[]");
}
