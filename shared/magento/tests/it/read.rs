//! `magento.order.read`: which order a payment is for.

use flow::{Class, Fault};
use serde_json::{Value, json};

use crate::door::Reply;
use crate::mark_paid::{module_invoices, simple};
use crate::world::{Options, World, payment};

const READ: &str = "magento.order.read";

async fn read(world: &World, orders: Value, link: Option<&str>) -> Result<Value, Fault> {
    let mut input = json!({ "payment": payment(9890, "USD", &orders) });
    if let Some(link) = link {
        input["link"] = json!(link);
    }
    world.run(READ, input).await
}

fn order(id: u64, number: &str, store: u64) -> Value {
    let mut order = simple();
    order["entity_id"] = json!(id);
    order["increment_id"] = json!(number);
    order["store_id"] = json!(store);
    order
}

async fn shop(orders: &[Value]) -> World {
    world_with(orders, Options::default()).await
}

async fn world_with(orders: &[Value], options: Options) -> World {
    let world = World::with(options).await;
    for order in orders {
        world.put(order.clone());
    }
    world
}

fn number(number: &str) -> Value {
    json!({ "found_in": "magentoorderid", "number": number })
}

fn id(id: u64) -> Value {
    json!({ "found_in": "tb_order_id", "id": id })
}

#[track_caller]
fn assert_refused(result: Result<Value, Fault>, class: Class, code: &str) -> Fault {
    let fault = result.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (class, code), "{}", fault.message);
    fault
}

#[tokio::test]
async fn by_id_in_one_call() {
    let world = shop(&[order(41, "000000041", 1)]).await;
    let read = read(&world, json!([id(41)]), None).await.unwrap();
    assert_eq!((&read["id"], &read["number"]), (&json!(41), &json!("000000041")));
    let seen = world.door.take();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].path, "/rest/V1/orders/41");
    assert!(seen[0].query.starts_with("fields=entity_id"));
}

#[tokio::test]
async fn by_number_in_one_call() {
    let world = shop(&[order(41, "000000041", 1), order(42, "DE-1-2", 1)]).await;
    for (sought, found) in [("000000041", 41), ("DE-1-2", 42)] {
        assert_eq!(read(&world, json!([number(sought)]), None).await.unwrap()["id"], found);
        let seen = world.door.take();
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].path, "/rest/V1/orders");
        assert!(seen[0].query.contains("fields=items%5Bentity_id"), "{}", seen[0].query);
    }
}

#[tokio::test]
async fn numbers_with_signs_in_them_are_found() {
    for sought in ["A=1", "two words", "a&b", "50%", "1+1", "Größe", "~x[1]"] {
        let world = shop(&[order(41, sought, 1)]).await;
        assert_eq!(read(&world, json!([number(sought)]), None).await.unwrap()["number"], sought);
    }
}

#[tokio::test]
async fn an_order_that_is_not_there_yet_is_waited_for() {
    let world = shop(&[order(41, "000000041", 1)]).await;
    let fault = assert_refused(
        read(&world, json!([number("000000042")]), None).await,
        Class::NotFound,
        "order_not_found",
    );
    assert!(fault.message.contains("000000042"), "{}", fault.message);
    // Named by an id alone, it may also be found by what Magento recorded.
    world.requests();
    assert_refused(read(&world, json!([id(43)]), None).await, Class::NotFound, "order_not_found");
    assert_eq!(
        world.requests(),
        ["GET /rest/V1/orders/43", "GET /rest/V1/invoices", "GET /rest/V1/transactions"]
    );
}

#[tokio::test]
async fn a_payment_that_names_nothing_and_is_named_nowhere_is_unrelated() {
    let world = shop(&[order(41, "000000041", 1)]).await;
    assert_refused(read(&world, json!([]), None).await, Class::NotFound, "unrelated_charge");
}

#[tokio::test]
async fn several_orders_are_for_a_person() {
    let world = shop(&[order(41, "000000041", 1), order(42, "000000042", 1)]).await;
    for orders in [
        json!([number("000000041"), number("000000042")]),
        json!([id(41), id(42)]),
        // Beginning alike is not being the same.
        json!([number("1"), number("10")]),
        json!([number("A-1"), number("A-1-x")]),
    ] {
        assert_refused(read(&world, orders, None).await, Class::Validation, "several_orders");
    }
    assert_eq!(world.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn id_and_number_must_agree() {
    let world = shop(&[order(41, "000000041", 1), order(410, "0000000410", 1)]).await;
    let both = |id: u64, number: &str| json!([{ "found_in": "tb_order_id", "id": id, "number": number }]);
    assert_eq!(read(&world, both(41, "000000041"), None).await.unwrap()["id"], 41);
    for (id, number) in [(41, "000000042"), (410, "000000041"), (410, "000000")] {
        let fault =
            assert_refused(read(&world, both(id, number), None).await, Class::Validation, "several_orders");
        assert!(fault.message.contains(number), "{}", fault.message);
    }
    // An id that leads nowhere leaves the number.
    assert_eq!(read(&world, both(99, "000000041"), None).await.unwrap()["id"], 41);
}

#[tokio::test]
async fn two_stores_may_number_alike() {
    let orders = [order(41, "000000041", 1), order(42, "000000041", 2)];
    let world = shop(&orders).await;
    let fault = assert_refused(
        read(&world, json!([number("000000041")]), None).await,
        Class::Validation,
        "several_orders",
    );
    assert!(fault.message.contains("41, 42"), "{}", fault.message);
    let mut options = Options::default();
    options.magento.stores = vec![2, 3];
    let world = world_with(&orders, options).await;
    assert_eq!(read(&world, json!([number("000000041")]), None).await.unwrap()["id"], 42);
    // An id may lead to a store that is not this pair's.
    assert_refused(read(&world, json!([id(41)]), None).await, Class::Validation, "foreign_store");
}

#[tokio::test]
async fn by_the_link_of_an_earlier_execution() {
    let world = shop(&[order(41, "000000041", 1)]).await;
    assert_eq!(read(&world, json!([]), Some("41")).await.unwrap()["id"], 41);
    assert_eq!(world.requests(), ["GET /rest/V1/orders/41"]);
    // What the payment says itself goes first; a link that leads nowhere is passed over.
    assert_refused(read(&world, json!([number("9")]), Some("41")).await, Class::NotFound, "order_not_found");
    assert_refused(read(&world, json!([]), Some("99")).await, Class::NotFound, "unrelated_charge");
    assert_refused(read(&world, json!([]), Some("none")).await, Class::NotFound, "unrelated_charge");
}

#[tokio::test]
async fn by_the_transaction_on_an_invoice() {
    for id in ["pi_1", "ch_1", "pi_1-capture", "ch_1-authorization"] {
        let world = shop(&[order(41, "000000041", 1), order(42, "000000042", 1)]).await;
        module_invoices(&world, 42, id).await;
        assert_eq!(read(&world, json!([]), None).await.unwrap()["id"], 42, "{id}");
        assert_eq!(
            world.requests(),
            ["GET /rest/V1/invoices", "GET /rest/V1/transactions", "GET /rest/V1/orders/42"]
        );
    }
    for id in ["pi_12", "xpi_1", "pi_1-captured"] {
        let world = shop(&[order(41, "000000041", 1)]).await;
        module_invoices(&world, 41, id).await;
        assert_refused(read(&world, json!([]), None).await, Class::NotFound, "unrelated_charge");
    }
}

#[tokio::test]
async fn by_a_transaction_of_the_gateway() {
    let world = shop(&[order(41, "000000041", 1)]).await;
    world.door.reply(2, Reply::json(200, &json!({ "items": [{ "order_id": "41" }], "total_count": 1 })));
    assert_eq!(read(&world, json!([]), None).await.unwrap()["id"], 41);
    let seen = world.door.take();
    assert!(
        seen[1].query.contains("=txn_id&") && seen[1].query.contains("pi_1-capture"),
        "{}",
        seen[1].query
    );
}

#[tokio::test]
async fn recorded_on_two_orders_is_for_a_person() {
    let world = shop(&[order(41, "000000041", 1), order(42, "000000042", 1)]).await;
    module_invoices(&world, 41, "pi_1").await;
    module_invoices(&world, 42, "pi_1").await;
    assert_refused(read(&world, json!([]), None).await, Class::Validation, "several_orders");
}

#[tokio::test]
async fn a_search_without_a_match_may_be_null_or_absent() {
    for body in [json!({ "items": null, "total_count": 4 }), json!({}), json!({ "items": [] })] {
        let world = shop(&[]).await;
        world.door.reply_always(Reply::json(200, &body));
        assert_refused(read(&world, json!([number("1")]), None).await, Class::NotFound, "order_not_found");
        assert_refused(read(&world, json!([]), None).await, Class::NotFound, "unrelated_charge");
    }
}

/// Order 41, edited twice in the shop's admin: each edit cancels the order and makes a new one.
fn edited() -> [Value; 3] {
    let mut orders = [order(41, "000000041", 1), order(50, "000000041-1", 1), order(60, "000000041-2", 1)];
    for (at, child) in [(0, "50"), (1, "60")] {
        orders[at]["state"] = json!("canceled");
        orders[at]["status"] = json!("canceled");
        // The column is text.
        orders[at]["relation_child_id"] = json!(child);
    }
    orders
}

#[tokio::test]
async fn an_edited_order_is_followed_to_its_last_edit() {
    let world = shop(&edited()).await;
    for orders in [
        json!([number("000000041")]),
        json!([number("000000041-1")]),
        json!([number("000000041-2")]),
        json!([id(41)]),
        json!([{ "found_in": "tb_order_id", "id": 60, "number": "000000041-2" }]),
        // Stripe's own module wrote the first number, and we the last.
        json!([{ "found_in": "tb_order_id", "id": 60, "number": "000000041-2" }, number("000000041")]),
        json!([number("000000041"), number("000000041-2")]),
    ] {
        let read = read(&world, orders.clone(), None).await.unwrap();
        assert_eq!((&read["id"], &read["number"]), (&json!(60), &json!("000000041-2")), "{orders}");
    }
}

#[tokio::test]
async fn an_order_that_was_only_cancelled_is_read_as_it_is() {
    let [mut first, ..] = edited();
    for child in [json!(null), json!(""), json!("0"), json!(0), json!("99")] {
        first["relation_child_id"] = child.clone();
        let world = shop(std::slice::from_ref(&first)).await;
        let read = read(&world, json!([id(41)]), None).await.unwrap();
        assert_eq!((&read["id"], &read["state"]), (&json!(41), &json!("canceled")), "{child}");
    }
    // Edits in a circle are not followed for ever.
    first["relation_child_id"] = json!("41");
    let world = shop(std::slice::from_ref(&first)).await;
    assert_eq!(read(&world, json!([id(41)]), None).await.unwrap()["id"], 41);
    assert_eq!(world.requests().len(), 11);
}

#[tokio::test]
async fn the_store_views_are_read() {
    let world = shop(&[]).await;
    let views = world.run("magento.store.read", json!({})).await.unwrap();
    assert_eq!(views["views"][0], json!({ "id": 1, "code": "default", "name": "Default Store View" }));
    world.door.reply(1, Reply::json(200, &json!([{ "id": "2", "code": null }])));
    let views = world.run("magento.store.read", json!({})).await.unwrap();
    assert_eq!(views, json!({ "views": [{ "id": 2, "code": "", "name": "" }] }));
}

#[test]
fn actions_describe_themselves() {
    let specs = magento::specs().unwrap();
    let names: Vec<_> = specs.iter().map(|spec| spec.name.to_string()).collect();
    assert_eq!(
        names,
        [
            "magento.order.read",
            "magento.order.mark_paid",
            "magento.order.comment",
            "magento.order.payment_failed",
            "magento.order.cancel",
            "magento.credit_memo.put",
            "magento.order.list",
            "magento.store.read",
            "magento.rights.read"
        ]
    );
}
