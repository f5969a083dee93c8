//! From Magento's order to the canonical one, whose parts add up to the minor unit.

use canonical::party::full_name;
use canonical::{
    Address, Currency, Customer, IncrementId, Money, Order, OrderId, OrderLine, OrderState, Quantity, Rate,
    ShippingCharge, Sku, Tax, apportion,
};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::lines::{Role, roles};
use super::wire::{WireAddress, WireItemTaxes, WireOrder, WireTax};
use crate::Error;
use crate::amount::value;

/// What a tax is called where Magento names none.
const UNNAMED_TAX: &str = "tax";
/// Suffixes that gateways hang on their ids.
const GATEWAY_SUFFIXES: &[&str] = &["-capture", "-authorization", "-refund", "-void"];

/// Translates an order.
///
/// # Errors
/// A currency, state or number that cannot be read, no lines, or parts that are not those of the total.
pub(super) fn order(wire: &WireOrder) -> Result<Order, Error> {
    let unusable = |code: &'static str, problem: String| unusable(wire, code, problem);
    let currency: Currency = wire
        .order_currency_code
        .parse()
        .map_err(|e: canonical::Error| unusable("unknown_currency", e.to_string()))?;
    let base_currency = match &wire.base_currency_code {
        Some(code) => {
            code.parse().map_err(|e: canonical::Error| unusable("unknown_currency", e.to_string()))?
        }
        None => currency,
    };
    let items = wire.items.as_deref().unwrap_or_default();
    let roles = roles(items);
    if roles.is_empty() {
        return Err(unusable("order_without_lines", "it has no lines".to_owned()));
    }
    let money =
        |amount| Money::rounded(amount, currency).map_err(|e| unusable("malformed_amount", e.to_string()));
    let grand_total = money(value(wire.grand_total))?;
    let parts = Parts::of(wire, &roles);
    let mut rounded = apportion(&parts.amounts(value(wire.grand_total)), grand_total)
        .map_err(|e| unusable("order_does_not_add_up", e.to_string()))?
        .into_iter();
    let mut next = || rounded.next().unwrap_or(Money::zero(currency));
    let lines =
        parts.rows.iter().map(|row| line(wire, row, currency, &mut next)).collect::<Result<Vec<_>, _>>()?;
    let shipping_net = next();
    let shipping_taxes = shipping_taxes(wire, next())?;
    let other = next();
    let number: IncrementId = wire
        .increment_id
        .parse()
        .map_err(|e: canonical::Error| unusable("malformed_order_number", e.to_string()))?;
    let assignment = shipping(wire);
    let needs_shipping = lines.iter().any(|line| line.shipped);
    let order = Order {
        id: OrderId::new(wire.entity_id.0),
        number,
        store: wire.store_id.0,
        state: state(wire)?,
        status: wire.status.clone().unwrap_or_default(),
        placed_at: placed_at(wire)?,
        currency,
        base_currency,
        base_to_order_rate: Rate::new(wire.base_to_order_rate.map_or(Decimal::ONE, |rate| rate.0)),
        customer: customer(wire),
        billing: address(wire.billing_address.as_ref().unwrap_or(&WireAddress::default())),
        shipping: assignment.and_then(|shipping| shipping.address.as_ref()).map(address),
        shipping_method: assignment
            .and_then(|shipping| shipping.method.clone())
            .filter(|method| !method.is_empty()),
        lines,
        shipping_charge: ShippingCharge { net: shipping_net, taxes: shipping_taxes },
        other,
        grand_total,
        total_paid: money(value(wire.total_paid))?,
        total_due: money(value(wire.total_due))?,
        total_refunded: money(value(wire.total_refunded))?,
        payment_method: wire.payment.as_ref().and_then(|payment| payment.method.clone()).unwrap_or_default(),
        payment_reference: wire
            .payment
            .as_ref()
            .and_then(|payment| payment.last_trans_id.as_deref())
            .map(bare_id),
        needs_shipping,
    };
    order.check().map_err(|e| unusable("order_does_not_add_up", e.to_string()))?;
    Ok(order)
}

/// The state, as the engine ranks it.
pub(super) fn state(wire: &WireOrder) -> Result<OrderState, Error> {
    match wire.state.as_deref() {
        Some("new") | None => Ok(OrderState::New),
        Some("pending_payment") => Ok(OrderState::PendingPayment),
        Some("payment_review") => Ok(OrderState::PaymentReview),
        Some("processing") => Ok(OrderState::Processing),
        Some("complete") => Ok(OrderState::Complete),
        Some("closed") => Ok(OrderState::Closed),
        Some("canceled") => Ok(OrderState::Canceled),
        Some("holded") => Ok(OrderState::Holded),
        Some(other) => Err(unusable(wire, "unknown_state", format!("its state is `{other:.40}`"))),
    }
}

/// A gateway's id without what it hangs on it.
pub(super) fn bare_id(id: &str) -> String {
    let cut = GATEWAY_SUFFIXES.iter().find_map(|suffix| id.strip_suffix(suffix));
    cut.unwrap_or(id).to_owned()
}

pub(super) fn unusable(wire: &WireOrder, code: &'static str, problem: String) -> Error {
    Error::OrderUnusable { order: format!("{:.64}", wire.increment_id), code, problem }
}

/// The exact parts of an order's total.
struct Parts<'a> {
    rows: Vec<Row<'a>>,
    shipping_net: Decimal,
    shipping_tax: Decimal,
}

struct Row<'a> {
    role: Role<'a>,
    net: Decimal,
    tax: Decimal,
    /// The price of the row before its discount.
    gross: Decimal,
}

impl<'a> Parts<'a> {
    fn of(wire: &WireOrder, roles: &[Role<'a>]) -> Self {
        let booked = || roles.iter().filter(|role| role.booked);
        let rows_sum: Decimal = booked().map(|role| value(role.item.row_total)).sum();
        let discounts: Decimal = booked().map(|role| value(role.item.discount_amount)).sum();
        // 2.4.5 was seen to send row totals after discount, other versions before: the subtotal tells.
        let gap = value(wire.subtotal) - rows_sum;
        let after_discount = !discounts.is_zero() && (gap - discounts).abs() < gap.abs();
        let rows = roles.iter().map(|role| {
            let item = role.item;
            let discount = value(item.discount_amount);
            let total = value(item.row_total);
            let gross = if after_discount { total + discount } else { total };
            // Where prices include tax the discount does too; the compensation is the tax in it.
            let net = gross - discount + value(item.discount_tax_compensation_amount);
            Row {
                role: Role { item, booked: role.booked, shipped: role.shipped },
                net,
                tax: value(item.tax_amount),
                gross,
            }
        });
        let shipping_discount =
            value(wire.shipping_discount_amount) - value(wire.shipping_discount_tax_compensation_amount);
        Self {
            rows: rows.collect(),
            shipping_net: value(wire.shipping_amount) - shipping_discount,
            shipping_tax: value(wire.shipping_tax_amount),
        }
    }

    /// Net and tax of each booked row, then shipping's, then what else makes the total (gift cards, credit, fixed
    /// product taxes).
    fn amounts(&self, grand_total: Decimal) -> Vec<Decimal> {
        let booked = self.rows.iter().filter(|row| row.role.booked);
        let mut amounts: Vec<Decimal> = booked.flat_map(|row| [row.net, row.tax]).collect();
        amounts.extend([self.shipping_net, self.shipping_tax]);
        let other = grand_total - amounts.iter().copied().sum::<Decimal>();
        amounts.push(other);
        amounts
    }
}

/// A line. Amounts of booked ones come from `next`: they are rounded together with all the others.
fn line(
    wire: &WireOrder,
    row: &Row<'_>,
    currency: Currency,
    next: &mut impl FnMut() -> Money,
) -> Result<OrderLine, Error> {
    let item = row.role.item;
    let malformed = |e: canonical::Error| unusable(wire, "malformed_line", e.to_string());
    let quantity = value(item.qty_ordered);
    if quantity <= Decimal::ZERO {
        return Err(unusable(
            wire,
            "malformed_line",
            format!("line {} has quantity {quantity}", item.item_id.0),
        ));
    }
    let sku: Sku = item.sku.parse().map_err(malformed)?;
    let zero = Money::zero(currency);
    let (net, tax) = if row.role.booked { (next(), next()) } else { (zero, zero) };
    let unit_price = if row.role.booked {
        unit_price(row.gross, net, quantity, currency).map_err(malformed)?
    } else {
        zero
    };
    let price = Money::rounded(unit_price.to_decimal() * quantity, currency).map_err(malformed)?;
    Ok(OrderLine {
        id: item.item_id.0,
        sku,
        name: written(item.name.as_deref().unwrap_or(&item.sku)),
        quantity: Quantity::new(quantity),
        unit_price,
        discount: price.checked_sub(net).map_err(malformed)?,
        net,
        taxes: row_taxes(wire, row, tax)?,
        booked: row.role.booked,
        shipped: row.role.shipped,
    })
}

/// The price of one, rounded up so that the row's price is never above quantity × it.
fn unit_price(
    gross: Decimal,
    net: Money,
    quantity: Decimal,
    currency: Currency,
) -> Result<Money, canonical::Error> {
    let row = gross.max(net.to_decimal());
    let exact = row.checked_div(quantity).unwrap_or(row);
    let digits = currency.digits();
    let up = exact.round_dp_with_strategy(digits, rust_decimal::RoundingStrategy::ToPositiveInfinity);
    Money::exact(up, currency)
}

fn row_taxes(wire: &WireOrder, row: &Row<'_>, amount: Money) -> Result<Vec<Tax>, Error> {
    let id = row.role.item.item_id.0;
    let named = named_taxes(wire, |taxes| taxes.item_id.is_some_and(|item| item.0 == id));
    taxes(wire, &named, row.role.item.tax_percent.map(|percent| percent.0), amount)
}

fn shipping_taxes(wire: &WireOrder, amount: Money) -> Result<Vec<Tax>, Error> {
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

/// Taxes by code. The amount is the row's own; where several taxes make it, it is divided as Magento divided it.
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
            let weights: Vec<Decimal> =
                several.iter().map(|tax| value(tax.amount).max(Decimal::ZERO)).collect();
            let shares = canonical::allocate(amount, &weights)
                .map_err(|e| unusable(wire, "malformed_tax", e.to_string()))?;
            let parts = several.iter().zip(shares);
            let parts = parts.map(|(tax, amount)| Tax {
                code: tax_code(tax),
                percent: tax.percent.map(|percent| Rate::new(percent.0)),
                amount,
            });
            Ok(parts.collect())
        }
    }
}

fn tax_code(tax: &WireTax) -> String {
    let named = [&tax.code, &tax.title].into_iter().flatten().find(|name| !name.is_empty());
    named.map_or_else(|| UNNAMED_TAX.to_owned(), Clone::clone)
}

fn shipping(wire: &WireOrder) -> Option<&super::wire::WireShipping> {
    wire.extension_attributes.as_ref()?.shipping_assignments.as_ref()?.first()?.shipping.as_ref()
}

fn customer(wire: &WireOrder) -> Customer {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let own = written(&full_name(&text(&wire.customer_firstname), &text(&wire.customer_lastname)));
    let billing = wire.billing_address.as_ref();
    let billed = billing.map(address).map(|address| address.name).unwrap_or_default();
    let given = |text: Option<&String>| text.filter(|text| !text.trim().is_empty()).cloned();
    Customer {
        id: wire.customer_id.map(|id| id.0).filter(|id| *id != 0),
        name: if own.is_empty() { billed } else { own },
        email: text(&wire.customer_email),
        phone: given(billing.and_then(|address| address.telephone.as_ref())),
        tax_id: given(wire.customer_taxvat.as_ref())
            .or_else(|| given(billing.and_then(|address| address.vat_id.as_ref()))),
    }
}

fn address(wire: &WireAddress) -> Address {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    Address {
        name: written(&full_name(&text(&wire.firstname), &text(&wire.lastname))),
        company: given(&wire.company).map(|company| written(&company)),
        street: wire.street.iter().flatten().map(|line| written(line)).collect(),
        city: written(&text(&wire.city)),
        region: given(&wire.region_code).or_else(|| given(&wire.region)),
        postcode: given(&wire.postcode),
        country: text(&wire.country_id),
        phone: given(&wire.telephone),
    }
}

/// A text that people write. Some write a card's number there, which must not reach the ERP and the warehouse. Never for what
/// is looked up (article, post code, phone): a number of 13 digits may look like a card's by chance.
fn written(text: &str) -> String {
    canonical::redact::mask_cards(text)
}

/// `2026-03-02 09:14:07`, in UTC and without saying so.
fn placed_at(wire: &WireOrder) -> Result<Timestamp, Error> {
    let text = wire.created_at.as_deref().unwrap_or_default();
    let parsed = DateTime::strptime("%Y-%m-%d %H:%M:%S", text).ok();
    let instant = parsed.and_then(|time| TimeZone::UTC.to_timestamp(time).ok());
    instant.ok_or_else(|| unusable(wire, "malformed_time", format!("created_at is `{text:.40}`")))
}

#[cfg(test)]
#[path = "map_tests.rs"]
mod tests;
