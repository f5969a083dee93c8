//! `wms.fulfilment.put`: one request under its key, whatever the warehouse has done with it since.

use flow::Class;
use serde_json::{Value, json};

use crate::world::{KEY, PUT, World, fulfilment, with};

#[tokio::test]
async fn a_fulfilment_is_asked_for_once() {
    let world = World::new().await;
    assert_eq!(world.wms.key(PUT, &json!({ "document": fulfilment() })).unwrap().as_str(), KEY);
    assert_eq!(world.wms.find(&fulfilment()).await, Ok(None));
    let output = world.wms.put(&fulfilment()).await.unwrap();
    assert_eq!(output, json!({ "id": "FUL-000001", "key": KEY }));
    let asked =
        ["GET /v1/fulfilments", "PUT /v1/fulfilments/tb%3Aacct_1%3Afulfilment%3A42", "GET /v1/fulfilments"];
    assert_eq!(world.asked(), asked);
    let sent: Value = serde_json::from_str(&world.requests()[1].body).unwrap();
    assert_eq!(
        sent,
        json!({
            "order_number": "000000042", "service": "standard", "hold": false, "notes": "",
            "ship_to": {
                "name": "Ann Lee", "street": ["1 Main St"], "city": "New York", "region": "NY", "postcode": "10001",
                "country": "US"
            },
            "lines": [
                { "line_id": "420", "sku": "LAMP-BRASS", "qty": "2" },
                { "line_id": "421", "sku": "PEN-BLACK", "qty": "1" }
            ]
        })
    );
    assert_eq!(world.wms.put(&fulfilment()).await.unwrap(), output);
    assert_eq!(world.wms.find(&fulfilment()).await, Ok(Some(output)));
    assert_eq!(world.states(), ["received"]);
}

/// The address may still be corrected; the goods are the order's.
#[tokio::test]
async fn what_is_not_picked_yet_follows_the_order() {
    let world = World::new().await;
    world.wms.put(&fulfilment()).await.unwrap();
    let moved = with(fulfilment(), "/ship_to/city", json!("Boston"));
    world.wms.put(&moved).await.unwrap();
    assert_eq!(world.fulfilments()[0]["ship_to"]["city"], json!("Boston"));
    assert_eq!(world.states(), ["received"]);
}

/// Whoever comes again after the warehouse has begun finds its own request, and is done.
#[tokio::test]
async fn what_is_picked_or_shipped_is_kept_as_it_is() {
    for states in [&["picking"][..], &["picking", "shipped"][..]] {
        let world = World::new().await;
        let output = world.wms.put(&fulfilment()).await.unwrap();
        for state in states {
            world.advance(KEY, state).await;
        }
        let rows = fulfilment()["lines"].clone();
        let turned = with(fulfilment(), "/lines", json!([rows[1], rows[0]]));
        for again in [fulfilment(), turned, with(fulfilment(), "/notes", json!("quick"))] {
            assert_eq!(world.wms.put(&again).await, Ok(output.clone()), "{states:?}");
            assert_eq!(world.wms.find(&again).await, Ok(Some(output.clone())), "{states:?}");
        }
        assert_eq!(world.states(), [*states.last().unwrap()]);
    }
}

#[tokio::test]
async fn other_goods_under_a_key_that_is_picked_are_for_a_person() {
    let world = World::new().await;
    world.wms.put(&fulfilment()).await.unwrap();
    world.advance(KEY, "picking").await;
    for (pointer, value) in [("/lines/0/quantity", json!("3")), ("/lines/1/sku", json!("PEN-RED"))] {
        let other = with(fulfilment(), pointer, value);
        for fault in [world.wms.put(&other).await.unwrap_err(), world.wms.find(&other).await.unwrap_err()] {
            assert_eq!(
                (fault.class, fault.code.as_str()),
                (Class::Validation, "content_differs"),
                "{pointer}"
            );
            for part in ["FUL-000001", KEY, "correct one of them", "replay"] {
                assert!(fault.message.contains(part), "{}", fault.message);
            }
        }
    }
    assert_eq!(world.fulfilments()[0]["lines"][0]["qty"], json!("2"));
}

/// A parcel that was called off is not on its way, whatever the warehouse answers.
#[tokio::test]
async fn a_cancelled_fulfilment_is_not_taken_for_one() {
    let world = World::new().await;
    world.wms.put(&fulfilment()).await.unwrap();
    world.wms.cancel(KEY).await.unwrap();
    assert_eq!(world.wms.find(&fulfilment()).await, Ok(None));
    for again in [fulfilment(), with(fulfilment(), "/notes", json!("quick"))] {
        let fault = world.wms.put(&again).await.unwrap_err();
        assert_eq!(
            (fault.class, fault.code.as_str()),
            (Class::Validation, "document_cancelled"),
            "{fault:?}"
        );
        for part in [KEY, "reopen it there or discard"] {
            assert!(fault.message.contains(part), "{}", fault.message);
        }
    }
    assert_eq!(world.states(), ["cancelled"]);
}

#[tokio::test]
async fn goods_that_the_warehouse_does_not_carry_are_named() {
    let world = World::new().await;
    let refused = with(fulfilment(), "/lines/1/sku", json!("REFUSED-BY-WMS"));
    let fault = world.wms.put(&refused).await.unwrap_err();
    assert_eq!(
        (fault.class, fault.code.as_str(), fault.status),
        (Class::Validation, "sku_refused", Some(422))
    );
    assert!(fault.message.contains("/lines/1/sku sku_refused"), "{}", fault.message);
    assert!(fault.message.contains("correct what it names, then replay"), "{}", fault.message);
    assert!(world.fulfilments().is_empty());
}

#[tokio::test]
async fn however_the_request_fails_there_is_one_fulfilment() {
    let faults = [
        ("commit_then_500", Class::UnknownOutcome),
        ("commit_then_timeout", Class::UnknownOutcome),
        ("drop_after_headers", Class::UnknownOutcome),
        ("drop", Class::UnknownOutcome),
        ("html_body", Class::UnknownOutcome),
        ("html_200", Class::UnknownOutcome),
        ("error=500", Class::UnknownOutcome),
        ("error=503", Class::Throttled),
        ("error=429", Class::Throttled),
        ("error=412", Class::Conflict),
    ];
    for (fault, class) in faults {
        let world = World::new().await;
        world.plan("PUT", "/fulfilments/", fault);
        let met = world.wms.put(&fulfilment()).await.unwrap_err();
        assert_eq!(met.class, class, "{fault}: {met:?}");
        world.wms.converge(&fulfilment()).await;
        assert_eq!(world.states(), ["received"], "{fault}");

        world.plan("GET", "/fulfilments", fault);
        let met = world.wms.find(&fulfilment()).await.unwrap_err();
        let of_read = if class == Class::UnknownOutcome { Class::Transient } else { class };
        assert_eq!(met.class, of_read, "{fault}: {met:?}");
    }
}

/// A warehouse cancels by key, not by id: of two under one key only a person can call one off.
#[tokio::test]
async fn two_fulfilments_under_one_key_are_for_a_person() {
    let world = World::new().await;
    world.wms.put(&fulfilment()).await.unwrap();
    world.plan("PUT", "/fulfilments/", "duplicate_on_race");
    let fault = world.wms.put(&fulfilment()).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "duplicate_document"));
    // Whoever looks whether it is there after all does not take the first: two parcels would leave, and nobody be told.
    assert_eq!(world.wms.find(&fulfilment()).await.unwrap_err().code, "duplicate_document");
    for part in ["FUL-000001 is kept", "cancel FUL-000002", KEY, "replay"] {
        assert!(fault.message.contains(part), "{}", fault.message);
    }
}

#[tokio::test]
async fn a_list_that_lags_behind_does_not_make_a_second_one() {
    let world = World::new().await;
    world.plan("GET", "/fulfilments", "stale_read=600000");
    assert_eq!(world.wms.find(&fulfilment()).await, Ok(None));
    world.plan("GET", "/fulfilments", "stale_read=600000");
    let output = world.wms.put(&fulfilment()).await.unwrap();
    world.plan("GET", "/fulfilments", "stale_read=600000");
    assert_eq!(world.wms.find(&fulfilment()).await, Ok(None));
    assert_eq!(world.wms.put(&fulfilment()).await, Ok(output));
    assert_eq!(world.states(), ["received"]);
}

#[tokio::test]
async fn a_key_reaches_its_path_whatever_is_in_it() {
    let world = World::new().await;
    for key in ["tb:a/b?c#d%e+f&g", "a.b", "..."] {
        let odd = with(fulfilment(), "/key", json!(key));
        let Ok(output) = world.wms.put(&odd).await else { panic!("{key}") };
        assert_eq!(output["key"], json!(key));
    }
    let keys: Vec<Value> = world.fulfilments().into_iter().map(|held| held["key"].clone()).collect();
    assert_eq!(keys, ["tb:a/b?c#d%e+f&g", "a.b", "..."]);
    let fault = world.wms.put(&with(fulfilment(), "/key", json!(".."))).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "unaddressable"));
}
