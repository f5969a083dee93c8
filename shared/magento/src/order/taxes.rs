//! Taxes by code.

use canonical::{Money, Rate, Tax};
use rust_decimal::Decimal;

use super::map::unusable;
use super::wire::{WireItem, WireItemTaxes, WireOrder, WireTax};
use crate::Error;
use crate::amount::value;

/// What a tax is called where Magento names none.
const UNNAMED_TAX: &str = "tax";

/// The taxes of a row, which make `amount`.
pub(super) fn row_taxes(wire: &WireOrder, item: &WireItem, amount: Money) -> Result<Vec<Tax>, Error> {
    let id = item.item_id.0;
    let named = named_taxes(wire, |taxes| taxes.item_id.is_some_and(|item| item.0 == id));
    taxes(wire, &named, item.tax_percent.map(|percent| percent.0), amount)
}

/// The taxes of shipping, which make `amount`.
pub(super) fn shipping_taxes(wire: &WireOrder, amount: Money) -> Result<Vec<Tax>, Error> {
    let named = named_taxes(wire, |taxes| taxes.kind.as_deref() == Some("shipping"));
    taxes(wire, &named, None, amount)
}

fn named_taxes(wire: &WireOrder, wanted: impl Fn(&WireItemTaxes) -> bool) -> Vec<&WireTax> {
    let all = wire.extension_attributes.as_ref().and_then(|extension| extension.item_applied_taxes.as_ref());
    all.into_iter()
        .flatten()
        .filter(|taxes| wanted(taxes))
        .flat_map(|taxes| taxes.applied_taxes.iter().flatten())
        .collect()
}

/// The amount is the row's own; where several taxes make it, it is divided as Magento divided it.
fn taxes(
    wire: &WireOrder,
    named: &[&WireTax],
    percent: Option<Decimal>,
    amount: Money,
) -> Result<Vec<Tax>, Error> {
    if amount.is_zero() {
        return Ok(Vec::new());
    }
    let whole =
        |code: String, percent: Option<Decimal>| Tax { code, percent: percent.map(Rate::new), amount };
    match named {
        [] => Ok(vec![whole(UNNAMED_TAX.to_owned(), percent)]),
        [one] => Ok(vec![whole(tax_code(one), one.percent.map(|percent| percent.0))]),
        several => {
            let shares = canonical::allocate(amount, &weights(several))
                .map_err(|e| unusable(wire, "malformed_tax", &e.to_string()))?;
            let parts = several.iter().zip(shares).filter(|(_, share)| !share.is_zero());
            let parts = parts.map(|(tax, amount)| Tax {
                code: tax_code(tax),
                percent: tax.percent.map(|percent| Rate::new(percent.0)),
                amount,
            });
            Ok(parts.collect())
        }
    }
}

/// What each tax is of several: its amount, or where no amount says anything, its percentage.
fn weights(taxes: &[&WireTax]) -> Vec<Decimal> {
    let of = |field: fn(&WireTax) -> Decimal| -> Vec<Decimal> {
        taxes.iter().map(|tax| field(tax).max(Decimal::ZERO)).collect()
    };
    let amounts = of(|tax| value(tax.amount));
    if amounts.iter().all(Decimal::is_zero) { of(|tax| value(tax.percent)) } else { amounts }
}

fn tax_code(tax: &WireTax) -> String {
    let named = [&tax.code, &tax.title].into_iter().flatten().find(|name| !name.is_empty());
    named.map_or_else(|| UNNAMED_TAX.to_owned(), Clone::clone)
}
