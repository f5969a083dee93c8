//! `wms.health.read`: whether the warehouse knows us.

use flow::Class;
use sandbox::WMS_TOKEN;
use serde_json::json;

use crate::world::{Wms, World};

#[tokio::test]
async fn a_warehouse_that_knows_us_shows_its_fulfilments() {
    let world = World::new().await;
    assert_eq!(world.wms.run("wms.health.read", json!({})).await, Ok(json!({})));
    assert_eq!(world.asked(), ["GET /v1/fulfilments"]);
    assert!(world.requests()[0].query.contains("limit=1"));
}

#[tokio::test]
async fn one_that_does_not_says_so() {
    let world = World::new().await;
    let fault = Wms::new(&world.base_url, &["old"]).run("wms.health.read", json!({})).await.unwrap_err();
    assert_eq!((fault.class, fault.status), (Class::Auth, Some(401)));
    let elsewhere = world.base_url.replace("/wms/v1", "/nothing/here");
    let fault = Wms::new(&elsewhere, &[WMS_TOKEN]).run("wms.health.read", json!({})).await.unwrap_err();
    assert_eq!((fault.class, fault.status), (Class::NotFound, Some(404)));
}
