//! `wms.rights.read`: what is asked before any event, without writing anything.

use sandbox::WMS_TOKEN;
use serde_json::json;

use crate::world::{Wms, World};

#[tokio::test]
async fn a_token_that_may_do_everything_has_every_right_and_nothing_is_written() {
    let world = World::new().await;
    let rights = world.wms.run("wms.rights.read", json!({})).await.unwrap();
    assert_eq!(
        rights,
        json!({ "rights": [{ "name": "read fulfilments" }, { "name": "write fulfilments" }] })
    );
    assert!(world.fulfilments().is_empty());

    for (method, at) in [("GET", 0), ("POST", 1)] {
        let world = World::new().await;
        world.plan(method, "/fulfilments", "error=403");
        let rights = world.wms.run("wms.rights.read", json!({})).await.unwrap();
        let problem = rights["rights"][at]["problem"].as_str().unwrap();
        assert!(problem.contains("give the token's user that right"), "{problem}");
        assert!(rights["rights"][1 - at].get("problem").is_none(), "{rights}");
    }
}

#[tokio::test]
async fn a_right_that_could_not_be_seen_is_no_right() {
    let world = World::new().await;
    for (base_url, token) in
        [(world.base_url.clone(), "another"), (world.base_url.replace("/wms/v1", "/nothing/here"), WMS_TOKEN)]
    {
        let rights = Wms::new(&base_url, &[token]).run("wms.rights.read", json!({})).await.unwrap();
        assert!(rights["rights"][0]["problem"].is_string(), "{rights}");
    }
}
