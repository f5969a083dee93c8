//! From Magento's order to the canonical one, whose parts add up to the minor unit.

use canonical::{
    Currency, IncrementId, Money, Order, OrderId, OrderState, Quantity, Rate, ShippingCharge, redact,
};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::lines::roles;
use super::parts::{Parts, Rounded};
use super::people::{address, customer};
use super::taxes::shipping_taxes;
use super::wire::{WireAddress, WireOrder, WireShipping};
use crate::Error;
use crate::amount::value;

/// Suffixes that gateways hang on their ids.
pub(super) const GATEWAY_SUFFIXES: &[&str] = &["-capture", "-authorization", "-refund", "-void"];
/// Characters of a problem that are kept.
const PROBLEM_MAX: usize = 300;

/// Translates an order.
///
/// # Errors
/// A currency, state or number that cannot be read, no lines, or parts that are not those of the total.
pub(super) fn order(wire: &WireOrder) -> Result<Order, Error> {
    let unusable = |code: &'static str, problem: String| unusable(wire, code, &problem);
    if wire.entity_id.0 == 0 {
        return Err(unusable("malformed_order", "it has no `entity_id`".to_owned()));
    }
    let currency = currency(wire)?;
    let (base_currency, base_to_order_rate) = base(wire, currency)?;
    let roles = roles(wire.items.as_deref().unwrap_or_default());
    if roles.is_empty() {
        return Err(unusable("order_without_lines", "it has no lines".to_owned()));
    }
    let totals = Totals::of(wire, currency)?;
    let Rounded { lines, shipping_net, shipping_tax, other } =
        Parts::of(wire, &roles).rounded(wire, totals.exact, totals.grand_total)?;
    let number: IncrementId = wire
        .increment_id
        .parse()
        .map_err(|e: canonical::Error| unusable("malformed_order_number", e.to_string()))?;
    let assignment = shipping(wire);
    let needs_shipping = lines.iter().any(|line| line.to_ship > Quantity::default());
    let order = Order {
        id: OrderId::new(wire.entity_id.0),
        number,
        store: wire.store_id.0,
        state: state(wire)?,
        status: wire.status.clone().unwrap_or_default(),
        placed_at: placed_at(wire)?,
        currency,
        base_currency,
        base_to_order_rate,
        customer: customer(wire),
        billing: address(wire.billing_address.as_ref().unwrap_or(&WireAddress::default())),
        shipping: assignment.and_then(|shipping| shipping.address.as_ref()).map(address),
        shipping_method: assignment
            .and_then(|shipping| shipping.method.clone())
            .filter(|method| !method.is_empty()),
        lines,
        shipping_charge: ShippingCharge { net: shipping_net, taxes: shipping_taxes(wire, shipping_tax)? },
        other,
        grand_total: totals.grand_total,
        total_paid: totals.paid,
        total_due: totals.due,
        total_refunded: money(wire, currency, value(wire.total_refunded))?,
        payment_method: wire.payment.as_ref().and_then(|payment| payment.method.clone()).unwrap_or_default(),
        payment_reference: wire
            .payment
            .as_ref()
            .and_then(|payment| payment.last_trans_id.as_deref())
            .filter(|id| !id.is_empty())
            .map(bare_id),
        needs_shipping,
    };
    order.check().map_err(|e| unusable("order_does_not_add_up", e.to_string()))?;
    Ok(order)
}

/// What the order costs, and how much of it Magento says is paid and open.
pub(super) struct Totals {
    pub(super) exact: Decimal,
    pub(super) grand_total: Money,
    pub(super) paid: Money,
    pub(super) due: Money,
    pub(super) canceled: Money,
}

impl Totals {
    /// Without a total there is nothing to compare a payment with. A missing `total_paid` means that nothing was paid
    /// yet; a missing `total_due` says nothing, least of all that nothing is due.
    pub(super) fn of(wire: &WireOrder, currency: Currency) -> Result<Self, Error> {
        let Some(exact) = wire.grand_total.map(|total| total.0) else {
            return Err(unusable(wire, "malformed_order", "it has no `grand_total`"));
        };
        let paid = value(wire.total_paid);
        let due = wire.total_due.map_or(exact - paid, |due| due.0);
        Ok(Self {
            exact,
            grand_total: money(wire, currency, exact)?,
            paid: money(wire, currency, paid)?,
            due: money(wire, currency, due)?,
            canceled: money(wire, currency, value(wire.total_canceled))?,
        })
    }
}

/// The order's currency.
pub(super) fn currency(wire: &WireOrder) -> Result<Currency, Error> {
    let parsed = wire.order_currency_code.parse();
    parsed.map_err(|e: canonical::Error| unusable(wire, "unknown_currency", &e.to_string()))
}

/// The base currency, and how many units of the order's one unit of it is: the rate must be there where they differ.
pub(super) fn base(wire: &WireOrder, currency: Currency) -> Result<(Currency, Rate), Error> {
    let base = match wire.base_currency_code.as_deref() {
        None | Some("") => currency,
        Some(code) => {
            code.parse().map_err(|e: canonical::Error| unusable(wire, "unknown_currency", &e.to_string()))?
        }
    };
    match wire.base_to_order_rate.map(|rate| rate.0).filter(|rate| *rate > Decimal::ZERO) {
        Some(rate) => Ok((base, Rate::new(rate))),
        None if base == currency => Ok((base, Rate::new(Decimal::ONE))),
        None => {
            let problem = format!("it has no `base_to_order_rate` from {base} to {currency}");
            Err(unusable(wire, "malformed_order", &problem))
        }
    }
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
        Some(other) => Err(unusable(wire, "unknown_state", &format!("its state is `{other:.40}`"))),
    }
}

/// A gateway's id without what it hangs on it.
pub(super) fn bare_id(id: &str) -> String {
    let cut = GATEWAY_SUFFIXES.iter().find_map(|suffix| id.strip_suffix(suffix));
    cut.unwrap_or(id).to_owned()
}

/// An order that cannot be translated. What is wrong may quote what people typed into the shop.
pub(super) fn unusable(wire: &WireOrder, code: &'static str, problem: &str) -> Error {
    Error::OrderUnusable {
        order: format!("{:.64}", wire.increment_id),
        code,
        problem: redact(problem, PROBLEM_MAX),
    }
}

fn money(wire: &WireOrder, currency: Currency, amount: Decimal) -> Result<Money, Error> {
    Money::rounded(amount, currency).map_err(|e| unusable(wire, "malformed_amount", &e.to_string()))
}

fn shipping(wire: &WireOrder) -> Option<&WireShipping> {
    wire.extension_attributes.as_ref()?.shipping_assignments.as_ref()?.first()?.shipping.as_ref()
}

/// `2026-03-02 09:14:07`, in UTC and without saying so.
fn placed_at(wire: &WireOrder) -> Result<Timestamp, Error> {
    let text = wire.created_at.as_deref().unwrap_or_default();
    let parsed = DateTime::strptime("%Y-%m-%d %H:%M:%S", text).ok();
    let instant = parsed.and_then(|time| TimeZone::UTC.to_timestamp(time).ok());
    instant.ok_or_else(|| unusable(wire, "malformed_time", &format!("created_at is `{text:.40}`")))
}
