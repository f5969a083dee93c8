//! Magento's orders as canonical ones.

mod draft;
mod golden;
mod property;
mod refused;
mod wild;

use canonical::Order;
use flow::Fault;
use rust_decimal::Decimal;
use serde_json::json;

use crate::door::Reply;
use crate::world::{World, payment};

/// A shop that answers with whatever text the test gives it.
struct Reader(World);

impl Reader {
    async fn new() -> Self {
        Self(World::new().await)
    }

    /// Reads an order from Magento's text.
    async fn read(&self, text: &str) -> Result<Order, Fault> {
        self.0.door.reply_always(Reply::raw(200, "application/json", text));
        read(&self.0, 1).await
    }
}

/// Reads an order by its id.
async fn read(world: &World, id: u64) -> Result<Order, Fault> {
    let references = json!([{ "found_in": "tb_order_id", "id": id }]);
    let input = json!({ "payment": payment(1, "USD", &references) });
    let output = world.run("magento.order.read", input).await?;
    Ok(serde_json::from_value(output).unwrap())
}

/// That the parts make the total, counted here and not by the order itself.
fn assert_ties_out(name: &str, order: &Order) {
    let of = |taxes: &[canonical::Tax]| taxes.iter().map(|tax| tax.amount.minor()).sum::<i64>();
    let mut sum = order.shipping_charge.net.minor() + of(&order.shipping_charge.taxes) + order.other.minor();
    for line in &order.lines {
        let price = line.unit_price.to_decimal() * line.quantity.get();
        let minor = price * Decimal::from(10_i64.pow(order.currency.digits()));
        let minor =
            minor.round_dp_with_strategy(0, rust_decimal::RoundingStrategy::MidpointAwayFromZero).to_string();
        let net = minor.parse::<i64>().unwrap() - line.discount.minor();
        assert_eq!(net, line.net.minor(), "{name}: {line:#?}");
        assert!(!line.discount.is_negative(), "{name}: {line:#?}");
        assert!(line.booked || line.shipped, "{name}: {line:#?}");
        assert!(!line.to_ship.get().is_sign_negative() && line.to_ship <= line.quantity, "{name}: {line:#?}");
        assert!(line.shipped || line.to_ship.get().is_zero(), "{name}: {line:#?}");
        assert!(line.booked || (line.net.is_zero() && line.taxes.is_empty()), "{name}: {line:#?}");
        if line.booked {
            sum += line.net.minor() + of(&line.taxes);
        }
    }
    assert_eq!(sum, order.grand_total.minor(), "{name}: {order:#?}");
    let currencies = order.lines.iter().map(|line| line.net.currency());
    assert!(currencies.chain([order.other.currency()]).all(|currency| currency == order.currency), "{name}");
    let left = |line: &canonical::OrderLine| !line.to_ship.get().is_zero();
    assert_eq!(order.needs_shipping, order.lines.iter().any(left), "{name}");
}
