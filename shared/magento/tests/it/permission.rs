//! A 401 that names a resource: a right that is missing, or an identity that is not known. Seen on 2.4.5: the same answer.

use flow::Class;
use serde_json::{Value, json};

use crate::door::Reply;
use crate::mark_paid::{MARK_PAID, input, simple};
use crate::world::{Options, World};

fn naming(resource: &str) -> Reply {
    let message = "The consumer isn't authorized to access %resources.";
    Reply::json(401, &json!({ "message": message, "parameters": { "resources": resource } }))
}

async fn world() -> (World, Value) {
    let world = World::new().await;
    let id = world.put(simple());
    (world, input(id))
}

#[tokio::test]
async fn a_missing_right_is_named() {
    for (resource, calls) in [
        ("Magento_Sales::actions_view", &["GET /rest/V1/orders/41"][..]),
        ("Magento_Sales::invoice", &["GET /rest/V1/orders/41", "POST /rest/V1/order/41/invoice"]),
        (
            "Magento_Sales::sales_invoice",
            &["GET /rest/V1/orders/41", "POST /rest/V1/order/41/invoice", "POST /rest/V1/invoices/"],
        ),
    ] {
        let mut options = Options::default();
        options.shop.switches.denied = vec![resource.to_owned()];
        let world = World::with(options).await;
        let id = world.put(simple());
        let fault = world.run(MARK_PAID, input(id)).await.unwrap_err();
        assert_eq!((fault.class, fault.code.as_str()), (Class::Permission, "permission_missing"));
        assert!(fault.message.contains(&format!("`{resource}`")), "{}", fault.message);
        let expected: Vec<_> = calls.iter().copied().chain(["GET /rest/V1/store/storeViews"]).collect();
        assert_eq!(world.requests(), expected);
    }
}

#[tokio::test]
async fn an_identity_that_is_not_known_is_no_missing_right() {
    let (world, input) = world().await;
    world.door.reply_always(naming("Magento_Sales::actions_view"));
    let fault = world.run(MARK_PAID, input).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Auth, "unauthorized"));
    assert!(fault.message.contains("Magento_Sales::actions_view"), "{}", fault.message);
    assert_eq!(world.requests().len(), 2);
}

#[tokio::test]
async fn where_the_question_fails_its_own_fault_counts() {
    for (reply, class) in [
        (Reply::html(503, "<html>Service Temporarily Unavailable</html>"), Class::Transient),
        (Reply::json(429, &json!({ "message": "Too Many Requests" })), Class::Throttled),
        (Reply { status: 200, breaks: true, ..Reply::default() }, Class::Transient),
    ] {
        let (world, input) = world().await;
        world.door.reply(2, naming("Magento_Sales::invoice"));
        world.door.reply(3, reply);
        assert_eq!(world.run(MARK_PAID, input).await.unwrap_err().class, class);
    }
}

#[tokio::test]
async fn a_401_without_a_resource_asks_no_further() {
    let (world, input) = world().await;
    world
        .door
        .reply(2, Reply::json(401, &json!({ "message": "The signature is invalid. Verify and try again." })));
    let fault = world.run(MARK_PAID, input).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Auth, "unauthorized"));
    assert_eq!(world.requests().len(), 2);
}
