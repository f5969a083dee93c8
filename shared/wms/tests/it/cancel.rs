//! `wms.fulfilment.cancel`: nothing under a key is sent any more.

use flow::Class;
use serde_json::json;

use crate::world::{CANCEL, KEY, World, fulfilment};

fn nothing_to_send() -> serde_json::Value {
    json!({ "key": KEY, "outcome": "nothing_to_send" })
}

#[tokio::test]
async fn a_fulfilment_is_called_off_once() {
    let world = World::new().await;
    assert_eq!(world.wms.key(CANCEL, &json!({ "key": KEY })).unwrap().as_str(), KEY);
    world.wms.put(&fulfilment()).await.unwrap();
    assert_eq!(world.wms.find_cancelled(KEY).await, Ok(None));
    let output = world.wms.cancel(KEY).await.unwrap();
    assert_eq!(output, nothing_to_send());
    assert_eq!(world.wms.cancel(KEY).await, Ok(output.clone()));
    assert_eq!(world.wms.find_cancelled(KEY).await, Ok(Some(output)));
    assert_eq!(world.states(), ["cancelled"]);
    let posts = world.asked().iter().filter(|asked| asked.starts_with("POST")).count();
    assert_eq!(posts, 1, "what is called off is not called off again");
}

#[tokio::test]
async fn what_was_never_asked_for_is_called_off_already() {
    let world = World::new().await;
    assert_eq!(world.wms.cancel(KEY).await, Ok(nothing_to_send()));
    assert!(world.asked().iter().all(|asked| asked.starts_with("GET")));
}

#[tokio::test]
async fn what_is_being_picked_can_be_called_off_and_what_is_on_its_way_cannot() {
    let world = World::new().await;
    world.wms.put(&fulfilment()).await.unwrap();
    world.advance(KEY, "picking").await;
    world.wms.cancel(KEY).await.unwrap();
    assert_eq!(world.states(), ["cancelled"]);

    let world = World::new().await;
    world.wms.put(&fulfilment()).await.unwrap();
    world.advance(KEY, "shipped").await;
    let shipped = json!({ "key": KEY, "outcome": "already_shipped" });
    assert_eq!(world.wms.cancel(KEY).await, Ok(shipped.clone()));
    assert_eq!(world.wms.find_cancelled(KEY).await, Ok(Some(shipped)));
    assert_eq!(world.states(), ["shipped"]);
}

#[tokio::test]
async fn what_leaves_between_the_look_and_the_request_is_said_to_have_left() {
    let world = World::new().await;
    world.wms.put(&fulfilment()).await.unwrap();
    world.plan("POST", "/cancel", "error=409:already_shipped");
    assert_eq!(world.wms.cancel(KEY).await, Ok(json!({ "key": KEY, "outcome": "already_shipped" })));
}

/// `already_picking` is what other warehouses answer where ours still cancels.
#[tokio::test]
async fn a_warehouse_that_is_picking_may_refuse() {
    let world = World::new().await;
    world.wms.put(&fulfilment()).await.unwrap();
    world.plan("POST", "/cancel", "error=409:already_picking");
    let fault = world.wms.cancel(KEY).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "already_picking"));
    assert!(fault.message.contains("stop it by hand"), "{}", fault.message);
}

#[tokio::test]
async fn however_the_request_fails_nothing_is_sent_in_the_end() {
    for fault in
        ["commit_then_500", "commit_then_timeout", "drop_after_headers", "drop", "html_200", "error=503"]
    {
        let world = World::new().await;
        world.wms.put(&fulfilment()).await.unwrap();
        world.plan("POST", "/cancel", fault);
        let met = world.wms.cancel(KEY).await.unwrap_err();
        assert!(matches!(met.class, Class::UnknownOutcome | Class::Throttled), "{fault}: {met:?}");
        if world.wms.find_cancelled(KEY).await.unwrap().is_none() {
            world.wms.cancel(KEY).await.unwrap();
        }
        assert_eq!(world.states(), ["cancelled"], "{fault}");
    }
}
