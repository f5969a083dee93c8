use canonical::{Error, Order, OrderState};
use serde_json::json;

fn order(grand_total: &str) -> Order {
    let money = |minor: &str| json!({ "minor": minor, "currency": "EUR" });
    let address =
        json!({ "name": "Ada Lovelace", "street": ["1 Main St"], "city": "London", "country": "GB" });
    serde_json::from_value(json!({
        "id": 41, "number": "000000041", "store": 1, "state": "new", "status": "pending",
        "placed_at": "2026-03-02T09:14:07Z", "currency": "EUR", "base_currency": "USD", "base_to_order_rate": "0.9137",
        "customer": { "name": "Ada Lovelace", "email": "ada@example.com" }, "billing": address,
        "lines": [{
            "id": 411, "sku": "MUG", "name": "Mug", "quantity": "3", "unit_price": money("334"), "discount": money("2"),
            "net": money("1000"), "taxes": [{ "code": "VAT", "percent": "20", "amount": money("200") }],
            "booked": true, "shipped": true, "to_ship": "2"
        }],
        "shipping_charge": { "net": money("500"), "taxes": [] }, "other": money("-100"),
        "grand_total": money(grand_total), "total_paid": money("0"), "total_due": money(grand_total),
        "total_refunded": money("0"), "payment_method": "stripe_payments", "needs_shipping": true
    }))
    .unwrap()
}

#[test]
fn an_order_adds_up_to_the_minor_unit() {
    assert_eq!(order("1600").check(), Ok(()));
    assert!(matches!(order("1601").check(), Err(Error::DoesNotAddUp { .. })));
}

#[test]
fn a_line_that_does_not_multiply_is_refused() {
    let mut order = order("1600");
    order.lines[0].discount = canonical::Money::new(3, order.currency);
    assert!(matches!(order.check(), Err(Error::DoesNotAddUp { .. })));
}

#[test]
fn states_have_ranks_that_only_rise() {
    let way = [
        OrderState::PendingPayment,
        OrderState::PaymentReview,
        OrderState::Processing,
        OrderState::Complete,
        OrderState::Closed,
    ];
    assert!(way.windows(2).all(|pair| pair[0].rank() < pair[1].rank()));
    assert_eq!(OrderState::Holded.rank(), None);
}
