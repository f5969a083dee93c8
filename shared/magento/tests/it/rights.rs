//! `magento.rights.read`: which resources the integration lacks, before any event, without writing anything.

use environment::OrderOwner;
use serde_json::{Value, json};

use crate::door::Reply;
use crate::world::{Options, World};

const RESOURCES: [&str; 7] = [
    "Magento_Sales::actions_view",
    "Magento_Sales::sales_invoice",
    "Magento_Sales::transactions_fetch",
    "Magento_Sales::sales_creditmemo",
    "Magento_Sales::invoice",
    "Magento_Sales::creditmemo",
    "Magento_Sales::comment",
];

async fn rights(world: &World) -> Vec<Value> {
    world.run("magento.rights.read", json!({})).await.unwrap()["rights"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_integration_with_every_resource_has_them_and_nothing_is_written() {
    let world = World::new().await;
    let id = world.put(crate::mark_paid::simple());
    let before = world.order(id);
    assert_eq!(rights(&world).await, RESOURCES.map(|name| json!({ "name": name })));
    assert_eq!(world.order(id), before);
    assert!(world.invoices().is_empty());
}

#[tokio::test]
async fn each_missing_resource_is_named_with_where_to_grant_it() {
    for resource in RESOURCES {
        let mut options = Options::default();
        options.shop.switches.denied = vec![resource.to_owned()];
        let world = World::with(options).await;
        for right in rights(&world).await {
            let problem = right["problem"].as_str();
            assert_eq!(problem.is_some(), right["name"] == resource, "{resource}: {right}");
            let said = problem.unwrap_or(resource);
            assert!(said.contains(resource), "{said}");
        }
    }
}

#[tokio::test]
async fn where_stripes_module_owns_the_orders_nothing_is_invoiced_or_credited_by_us() {
    let world = World::with(Options { order_owner: OrderOwner::StripeModule, ..Options::default() }).await;
    let names: Vec<Value> = rights(&world).await.into_iter().map(|right| right["name"].clone()).collect();
    assert!(!names.contains(&json!("Magento_Sales::invoice")), "{names:?}");
    assert!(!names.contains(&json!("Magento_Sales::creditmemo")), "{names:?}");
    let writes = |request: &String| request.ends_with("/invoice") || request.ends_with("/refund");
    assert!(!world.requests().iter().any(writes));
}

/// A route that is not there, a page, no answer: nothing is known of a right.
#[tokio::test]
async fn a_resource_that_could_not_be_seen_is_not_taken_for_granted() {
    let page = "<html>Service Temporarily Unavailable</html>";
    let no_route = json!({ "message": "Request does not match any route." });
    for reply in [Reply::html(503, page), Reply::html(404, page), Reply::json(404, &no_route)] {
        let world = World::new().await;
        world.door.reply_always(reply);
        assert!(rights(&world).await.iter().all(|right| right["problem"].is_string()));
    }
}
