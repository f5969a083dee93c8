//! An order, as far as something of it can be credited.

use canonical::{Currency, Money, OrderId, OrderState};
use rust_decimal::{Decimal, RoundingStrategy};

use super::super::lines::{Role, roles};
use super::super::map::{self, Totals};
use super::super::wire::{WireItem, WireOrder};
use crate::amount::value;
use crate::{Client, Error, Query};

/// What is asked for.
const FIELDS: &str = "entity_id,increment_id,state,status,order_currency_code,base_currency_code,base_to_order_rate,\
grand_total,total_paid,total_due,total_refunded,base_total_paid,base_total_refunded,subtotal,tax_amount,discount_amount,\
discount_tax_compensation_amount,shipping_amount,shipping_tax_amount,shipping_discount_amount,\
shipping_discount_tax_compensation_amount,\
items[item_id,parent_item_id,product_type,sku,price,row_total,tax_percent,qty_ordered,qty_invoiced,qty_refunded],\
extension_attributes[item_applied_taxes[type,item_id,applied_taxes[code,title,percent,amount]]]";
/// Magento's own precision, whatever the currency (`Directory/Model/PriceCurrency.php` of magento/magento2).
const PRICE_DIGITS: u32 = 2;
/// The smallest amount that Magento computes with.
pub(super) const CENT: Decimal = Decimal::from_parts(1, 0, 0, false, PRICE_DIGITS);

/// Magento's rounding, whatever the currency.
pub(super) fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(PRICE_DIGITS, RoundingStrategy::MidpointAwayFromZero)
}

/// What of an order can be credited.
#[derive(Debug)]
pub(super) struct Creditable {
    pub(super) id: OrderId,
    pub(super) wire: WireOrder,
    pub(super) state: OrderState,
    pub(super) currency: Currency,
    /// Units of the order's currency for one of the base currency.
    pub(super) rate: Decimal,
    pub(super) grand_total: Money,
    /// What is paid, to the currency's digits.
    pub(super) paid: Money,
    /// What is paid and was not credited, as exact as Magento keeps it.
    pub(super) left: Decimal,
    /// The same in base currency, in which Magento guards it.
    pub(super) base_left: Decimal,
}

impl Creditable {
    /// Reads it; one call.
    pub(super) async fn read(client: &Client, id: OrderId) -> Result<Self, Error> {
        let query = Query::new().with("fields", FIELDS);
        let wire: WireOrder =
            client.get(&format!("read order {id}"), &format!("/V1/orders/{id}"), &query).await?;
        let currency = map::currency(&wire)?;
        let totals = Totals::of(&wire, currency)?;
        let (_, rate) = map::base(&wire, currency)?;
        let left = cents(value(wire.total_paid)) - value(wire.total_refunded);
        let base_paid = wire.base_total_paid.or(wire.total_paid.filter(|_| rate.get() == Decimal::ONE));
        let base_refunded =
            wire.base_total_refunded.or(wire.total_refunded.filter(|_| rate.get() == Decimal::ONE));
        Ok(Self {
            id,
            state: map::state(&wire)?,
            currency,
            rate: rate.get(),
            grand_total: totals.grand_total,
            paid: totals.paid,
            left,
            base_left: cents(value(base_paid) - value(base_refunded)),
            wire,
        })
    }

    /// Its number.
    pub(super) fn number(&self) -> String {
        self.wire.increment_id.clone()
    }

    /// Its status.
    pub(super) fn status(&self) -> String {
        self.wire.status.clone().unwrap_or_default()
    }

    /// The rows that carry money. Magento takes no other in a credit memo.
    pub(super) fn booked(&self) -> Vec<&WireItem> {
        let roles: Vec<Role<'_>> = roles(self.wire.items.as_deref().unwrap_or_default());
        roles.into_iter().filter(|role| role.booked).map(|role| role.item).collect()
    }

    /// How far a credit memo may be from its refund. Magento takes amounts in base currency, in whole cents: where the
    /// order is in another, not every amount can be hit, and each row and the shipping were rounded in both. What is credited
    /// row by row is rounded anew, row by row, whatever the currency (tax in prices, under a discount).
    pub(super) fn slack(&self, is_itemised: bool) -> Decimal {
        let digits = self.currency.digits();
        let slack = if is_itemised || self.rate != Decimal::ONE {
            CENT * self.rate.max(Decimal::ONE) * Decimal::from(self.booked().len() + 1)
        } else if digits > PRICE_DIGITS {
            CENT
        } else {
            Decimal::ZERO
        };
        slack.round_dp_with_strategy(digits, RoundingStrategy::ToPositiveInfinity)
    }

    /// Whether nothing but rows, discount, shipping and tax makes its total: gift cards, store credit and the like go back
    /// by their own modules' rules.
    pub(super) fn is_explained(&self) -> bool {
        let wire = &self.wire;
        let parts = [
            wire.subtotal,
            wire.discount_amount,
            wire.shipping_amount,
            wire.tax_amount,
            wire.discount_tax_compensation_amount,
            wire.shipping_discount_tax_compensation_amount,
        ];
        let sum: Decimal = parts.into_iter().map(value).sum();
        (sum - value(wire.grand_total)).abs() < CENT / Decimal::TWO
    }

    /// An amount in its currency.
    pub(super) fn money(&self, amount: Decimal) -> Result<Money, Error> {
        Money::rounded(amount, self.currency)
            .map_err(|error| map::unusable(&self.wire, "malformed_amount", &error.to_string()))
    }

    /// It is not as it should be.
    pub(super) fn wrong(&self, code: &'static str, problem: String) -> Error {
        Error::NotConverged { order: self.number(), code, problem }
    }

    /// What a refund waits for is not there yet.
    pub(super) fn not_yet(&self, code: &'static str, problem: String) -> Error {
        Error::NotYet { order: self.number(), code, problem }
    }
}
