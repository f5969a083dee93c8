//! Changed orders, listed by the double's own search.

use jiff::{SignedDuration, Timestamp};
use sandbox::PastTheEnd;
use serde_json::{Value, json};

use crate::world::{Options, World};

const FROM: &str = "2026-03-02T09:00:00Z";
const UNTIL: &str = "2026-03-02T10:00:00Z";

/// An order that waits, last changed then.
fn order(number: u32, state: &str, updated_at: &str) -> Value {
    json!({
        "increment_id": format!("{number:09}"), "state": state, "status": state, "store_id": 1,
        "created_at": "2026-03-02 08:00:00", "updated_at": updated_at,
        "order_currency_code": "USD", "base_currency_code": "USD", "base_to_order_rate": 1,
        "grand_total": 10, "base_grand_total": 10, "total_due": 10, "base_total_due": 10,
        "payment": { "method": "stripe_payments" }, "items": [], "extension_attributes": {},
    })
}

fn input() -> Value {
    json!({ "states": ["new", "pending_payment"], "from": FROM, "until": UNTIL })
}

async fn list(world: &World, input: Value) -> Value {
    world.run("magento.order.list", input).await.unwrap()
}

fn numbers(page: &Value) -> Vec<&str> {
    page["orders"].as_array().unwrap().iter().map(|order| order["number"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn both_ends_of_the_span_count_and_other_states_do_not() {
    let world = World::new().await;
    for (number, state, updated_at) in [
        (1, "new", "2026-03-02 08:59:59"),
        (2, "pending_payment", "2026-03-02 09:00:00"),
        (3, "processing", "2026-03-02 09:30:00"),
        (4, "new", "2026-03-02 10:00:00"),
        (5, "new", "2026-03-02 10:00:01"),
    ] {
        world.put(order(number, state, updated_at));
    }
    let page = list(&world, input()).await;
    assert_eq!(numbers(&page), ["000000002", "000000004"]);
    assert_eq!((&page["has_more"], page["orders"][0]["updated_at"].as_str()), (&json!(false), Some(FROM)));
    assert_eq!(world.requests(), ["GET /rest/V1/orders"]);
}

#[tokio::test]
async fn what_an_order_says_of_its_payment_is_told_without_what_gateways_and_browsers_add() {
    let world = World::new().await;
    let mut told = order(1, "new", "2026-03-02 09:30:00");
    told["payment"]["last_trans_id"] = json!("pi_1-capture");
    told["extension_attributes"]["payment_additional_info"] = json!([
        { "key": "method_title", "value": "pi_title" },
        { "key": "payment_intent", "value": "pi_2_secret_canary" },
    ]);
    told["total_due"] = json!("0.0000");
    world.put(told);
    let page = list(&world, input()).await;
    assert_eq!(
        (&page["orders"][0]["payments"], &page["orders"][0]["is_due"]),
        (&json!(["pi_1", "pi_2"]), &json!(false))
    );
    assert!(!page.to_string().contains("canary"), "{page}");
}

#[tokio::test]
async fn a_walk_ends_whatever_a_shop_does_past_the_last_page() {
    for past in [PastTheEnd::LastPage, PastTheEnd::Empty] {
        let world = World::new().await;
        let mut switches = world.door.shop.magento_switches();
        switches.past_the_end = past;
        world.door.shop.set_magento_switches(switches);
        for number in 1..=230 {
            world.put(order(number, "new", "2026-03-02 09:30:00"));
        }
        let (mut seen, mut input) = (Vec::new(), input());
        loop {
            let page = list(&world, input.clone()).await;
            seen.extend(numbers(&page).into_iter().map(str::to_owned));
            if page["has_more"] == false {
                break;
            }
            input["after"] = page["orders"].as_array().unwrap().last().unwrap()["id"].clone();
        }
        assert_eq!((seen.len(), world.requests().len()), (230, 3), "{past:?}");
        seen.dedup();
        assert_eq!(seen.len(), 230);
    }
}

#[tokio::test]
async fn only_the_stores_of_the_pair_are_listed() {
    let mut options = Options::default();
    options.magento.stores = vec![7];
    let world = World::with(options).await;
    let mut of_store_7 = order(1, "new", "2026-03-02 09:30:00");
    of_store_7["store_id"] = json!(7);
    world.put(of_store_7);
    world.put(order(2, "new", "2026-03-02 09:30:00"));
    assert_eq!(numbers(&list(&world, input()).await), ["000000001"]);
}

#[tokio::test]
async fn a_shop_that_begins_again_behind_the_last_page_is_not_walked_for_ever() {
    let world = World::new().await;
    let first = world.put(order(1, "new", "2026-03-02 09:30:00"));
    let mut again = input();
    again["after"] = json!(first);
    // The double filters by `entity_id`; a shop that does not answers as if it had not been asked.
    let row = json!({ "entity_id": first, "increment_id": "000000001", "updated_at": "2026-03-02 09:30:00" });
    let page = json!({ "items": [row], "total_count": 1 });
    world.door.reply(1, crate::door::Reply::json(200, &page));
    let fault = world.run("magento.order.list", again).await.unwrap_err();
    assert_eq!(fault.code, "endless_list", "{fault:?}");
}

#[tokio::test]
async fn nothing_changed_is_an_empty_page() {
    let world = World::new().await;
    let now = Timestamp::now();
    let input = json!({
        "states": ["new"], "from": (now - SignedDuration::from_hours(1)).to_string(), "until": now.to_string()
    });
    assert_eq!(list(&world, input).await, json!({ "orders": [], "has_more": false }));
}
