//! The item master is the ERP's: only an item that it does not know is made.

use flow::Class;
use serde_json::{Value, json};
use wiremock::matchers::{any, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::document::{money, order, with};
use crate::scripted::{TOKEN, problem};
use crate::world::{Erp, ORDER, World, settings};

/// An order of so many lines, each of an item of its own: 1.00 each.
fn wide(lines: usize) -> Value {
    let mut wide = order();
    let line = |number: usize| {
        json!({
            "line_id": number.to_string(), "sku": format!("SKU-{number:03}"), "name": "Thing", "stock": true,
            "quantity": "1", "unit_price": money(100, "USD"), "discount": money(0, "USD"), "taxes": []
        })
    };
    wide["lines"] = (0..lines).map(line).collect();
    // Shipping, its tax and the gift card of the order: 9.95 + 0.88 - 10.00.
    wide["total"] = money(i64::try_from(lines).unwrap() * 100 + 83, "USD");
    wide["payment"]["amount"] = wide["total"].clone();
    wide
}

fn items(world: &World) -> usize {
    world.asked().iter().filter(|asked| asked.contains("/items/")).count()
}

#[tokio::test]
async fn what_the_erp_does_not_know_is_made_and_the_order_put_again() {
    let world = World::new().await;
    world.erp.put(ORDER, &order()).await.unwrap();
    let mut asked = world.asked();
    // Side by side.
    asked[2..4].sort();
    assert_eq!(
        asked,
        [
            "PUT /v1/customers/tb%3Aacct_1%3Acustomer%3A7",
            "PUT /v1/orders/tb%3Aacct_1%3Asales_order%3A42",
            "PUT /v1/items/LAMP-BRASS",
            "PUT /v1/items/WARRANTY",
            "PUT /v1/orders/tb%3Aacct_1%3Asales_order%3A42",
            "POST /v1/orders/SO-000001/confirm",
            "GET /v1/orders",
        ]
    );
    let item = |sku: &str| -> Value {
        let requests = world.requests();
        let put = requests.iter().find(|seen| seen.path.ends_with(sku)).unwrap();
        serde_json::from_str(&put.body).unwrap()
    };
    let sent = |name: &str, kind: &str| json!({ "name": name, "type": kind, "uom": "pcs", "income_account": "4000" });
    assert_eq!(item("LAMP-BRASS"), sent("Desk lamp", "stock"));
    assert_eq!(item("WARRANTY"), sent("Warranty", "service"));
}

/// An accountant moved the lamp to another account and counts it in kilograms: that is not for a sale to undo.
#[tokio::test]
async fn an_item_that_is_there_stays_as_it_is() {
    let world = World::new().await;
    let lamp = json!({ "name": "Lamp, brass", "type": "stock", "uom": "kg", "income_account": "4100" });
    world.person("PUT", "/items/LAMP-BRASS", &lamp).await;
    world.erp.put(ORDER, &order()).await.unwrap();
    world.erp.put(ORDER, &with(order(), "/lines/0/name", json!("Desk lamp, brass"))).await.unwrap();
    for (member, value) in lamp.as_object().unwrap() {
        assert_eq!(&world.documents("items")[0][member], value, "{member}");
    }
    assert_eq!(world.documents("items").len(), 2);
}

/// A hundred new items do not fit into one delivery: what is made stays made, so each goes on where the last one ended.
#[tokio::test]
async fn an_order_of_many_items_gets_on_with_every_try() {
    let world = World::new().await;
    world.plan("PUT", "/items/SKU-050", "error=503");
    world.erp.put(ORDER, &wide(100)).await.unwrap_err();
    let before = items(&world);
    assert!((40..60).contains(&before), "{before}");
    world.erp.put(ORDER, &wide(100)).await.unwrap();
    // The one that failed, and at most the rest of its handful, are put again.
    assert!(items(&world) <= 101, "{}", items(&world));
    assert_eq!((world.documents("items").len(), world.states("orders")), (100, vec!["confirmed".to_owned()]));

    world.sandbox.clear_requests();
    world.erp.put(ORDER, &with(wide(100), "/key", json!("tb:acct_1:sales_order:43"))).await.unwrap();
    assert_eq!(world.requests().len(), 4, "{:?}", world.asked());
}

#[tokio::test]
async fn an_item_of_two_lines_is_put_once_and_odd_skus_reach_their_path() {
    let world = World::new().await;
    world.erp.put(ORDER, &with(order(), "/lines/1/sku", json!("LAMP-BRASS"))).await.unwrap();
    assert_eq!(items(&world), 1);

    let world = World::new().await;
    world.erp.put(ORDER, &with(order(), "/lines/0/sku", json!("A/B C?#%"))).await.unwrap();
    let skus: Vec<Value> = world.documents("items").iter().map(|item| item["sku"].clone()).collect();
    assert!(skus.contains(&json!("A/B C?#%")), "{skus:?}");
    let other = with(with(order(), "/lines/0/sku", json!("..")), "/key", json!("tb:acct_1:sales_order:43"));
    let fault = world.erp.put(ORDER, &other).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "unaddressable"));
}

/// An ERP that does not know what it has just been given is not asked for ever.
#[tokio::test]
async fn an_item_that_stays_unknown_parks() {
    let server = MockServer::start().await;
    let errors = json!({ "errors": [{ "path": "/lines/0/sku", "code": "sku_unknown" }] });
    let refusal = problem(422, "sku_unknown", &errors);
    Mock::given(path_regex("/orders/")).respond_with(refusal).mount(&server).await;
    let done = ResponseTemplate::new(200).set_body_json(json!({}));
    Mock::given(any()).respond_with(done).mount(&server).await;
    let erp = Erp::new(&settings(&format!("{}/erp/v1", server.uri())), &[TOKEN]);
    let fault = erp.put(ORDER, &order()).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "sku_unknown"), "{fault:?}");
    assert!(fault.message.contains("skus LAMP-BRASS;"), "{}", fault.message);
    let asked = server.received_requests().await.unwrap();
    assert_eq!(asked.len(), 4, "customer, order, item, order");
}
