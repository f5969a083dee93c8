//! Whatever goes wrong with any request, trying again ends with one document of each kind.

use flow::Class;
use serde_json::json;

use crate::document::{invoice, order, with};
use crate::world::{INVOICE, ORDER, World};

/// A fault; the class of a write that meets it.
pub(crate) const FAULTS: [(&str, Class); 9] = [
    ("commit_then_500", Class::UnknownOutcome),
    ("commit_then_timeout", Class::UnknownOutcome),
    ("drop_after_headers", Class::UnknownOutcome),
    ("drop", Class::UnknownOutcome),
    ("html_body", Class::UnknownOutcome),
    ("error=500", Class::UnknownOutcome),
    ("error=503", Class::Throttled),
    ("error=429", Class::Throttled),
    ("error=412", Class::Conflict),
];

#[tokio::test]
async fn an_order_is_there_once_whichever_request_fails_and_however() {
    for (fault, class) in FAULTS {
        for (method, path) in
            [("PUT", "/customers/"), ("PUT", "/items/"), ("PUT", "/orders/"), ("POST", "/confirm")]
        {
            let world = World::new().await;
            world.plan(method, path, fault);
            let met = world.erp.put(ORDER, &order()).await.unwrap_err();
            assert_eq!(met.class, class, "{fault} at {method} {path}: {met:?}");
            world.erp.converge(ORDER, &order()).await;
            assert_eq!(world.states("orders"), ["confirmed"], "{fault} at {method} {path}");
            assert_eq!(world.documents("items").len(), 2, "{fault} at {method} {path}");
        }
    }
}

#[tokio::test]
async fn a_shopper_who_buys_twice_is_one_customer() {
    let world = World::new().await;
    world.erp.put(ORDER, &order()).await.unwrap();
    let second = with(order(), "/key", json!("tb:acct_1:sales_order:43"));
    world.erp.put(ORDER, &with(second, "/number", json!("000000043"))).await.unwrap();
    assert_eq!((world.documents("orders").len(), world.documents("customers").len()), (2, 1));
}

#[tokio::test]
async fn an_invoice_is_there_once_however_its_request_fails() {
    for (fault, class) in FAULTS {
        let world = World::new().await;
        world.erp.put(ORDER, &order()).await.unwrap();
        world.plan("PUT", "/invoices/", fault);
        let met = world.erp.put(INVOICE, &invoice()).await.unwrap_err();
        assert_eq!(met.class, class, "{fault}: {met:?}");
        world.erp.converge(INVOICE, &invoice()).await;
        assert_eq!(world.states("invoices"), ["posted"], "{fault}");
    }
}

/// The last call only looks for a second document: a fault there is a fault of a read.
#[tokio::test]
async fn a_look_that_fails_is_repeated() {
    for (fault, class) in
        [("error=500", Class::Transient), ("drop", Class::Transient), ("html_200", Class::Transient)]
    {
        let world = World::new().await;
        world.plan("GET", "/orders", fault);
        assert_eq!(world.erp.put(ORDER, &order()).await.unwrap_err().class, class, "{fault}");
        world.plan("GET", "/orders", fault);
        assert_eq!(world.erp.find(ORDER, &order()).await.unwrap_err().class, class, "{fault}");
        world.erp.converge(ORDER, &order()).await;
        assert_eq!(world.states("orders"), ["confirmed"], "{fault}");
    }
}

#[tokio::test]
async fn of_two_orders_made_at_once_the_first_stays_and_ours_is_taken_back() {
    let world = World::new().await;
    world.erp.put(ORDER, &order()).await.unwrap();
    world.plan("PUT", "/orders/", "duplicate_on_race");
    let output = world.erp.put(ORDER, &order()).await.unwrap();
    assert_eq!(output["id"], json!("SO-000001"));
    assert_eq!(world.states("orders"), ["confirmed", "cancelled"]);
    assert_eq!(world.erp.find(ORDER, &order()).await.unwrap().unwrap()["id"], json!("SO-000001"));
}

/// The other writer died before it confirmed the order that stays.
#[tokio::test]
async fn a_first_order_that_is_a_draft_is_confirmed_in_place_of_ours() {
    let world = World::new().await;
    world.plan("POST", "/SO-000001/confirm", "error=500");
    world.erp.put(ORDER, &order()).await.unwrap_err();
    world.plan("PUT", "/orders/", "duplicate_on_race");
    assert_eq!(world.erp.put(ORDER, &order()).await.unwrap()["id"], json!("SO-000001"));
    assert_eq!(world.states("orders"), ["confirmed", "cancelled"]);
}

/// The other writer's order may hold something else: ours is taken back, and a person compares.
#[tokio::test]
async fn a_first_order_that_means_something_else_is_not_taken_for_ours() {
    let world = World::new().await;
    world.erp.put(ORDER, &with(order(), "/number", json!("000000041"))).await.unwrap();
    world.plan("PUT", "/orders/", "duplicate_on_race");
    let fault = world.erp.put(ORDER, &order()).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "content_differs"), "{fault:?}");
    assert!(fault.message.contains("SO-000001"), "{}", fault.message);
    assert_eq!(world.states("orders"), ["confirmed", "cancelled"]);
}

/// Two that are both there before we come: neither is known to be ours, so neither is touched.
#[tokio::test]
async fn two_orders_that_we_did_not_just_make_are_for_a_person() {
    let world = World::new().await;
    world.plan("PUT", "/orders/", "error=500");
    world.erp.put(ORDER, &order()).await.unwrap_err();
    world.erp.put(ORDER, &order()).await.unwrap();
    world.plan("PUT", "/orders/", "duplicate_on_race");
    world.plan("GET", "/orders", "drop");
    world.erp.put(ORDER, &order()).await.unwrap_err();
    assert_eq!(world.states("orders"), ["confirmed", "confirmed"]);
    // Whoever looks for it after its answer was lost, or to see whether what is parked is there after all, does not take the first.
    let fault = world.erp.find(ORDER, &order()).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "duplicate_document"));
    let fault = world.erp.put(ORDER, &order()).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "duplicate_document"));
    for part in ["SO-000001 is kept", "reverse SO-000002", "replay"] {
        assert!(fault.message.contains(part), "{}", fault.message);
    }
}

/// The ERP's own guard is off for a moment, and its sums refuse the second invoice: the first is ours.
#[tokio::test]
async fn of_two_invoices_made_at_once_the_first_is_found() {
    let world = World::new().await;
    world.erp.put(ORDER, &order()).await.unwrap();
    let first = world.erp.put(INVOICE, &invoice()).await.unwrap();
    world.plan("PUT", "/invoices/", "duplicate_on_race");
    let second = world.erp.put(INVOICE, &invoice()).await.unwrap();
    assert_eq!((&first["id"], &second["created"]), (&second["id"], &json!(false)));
    assert_eq!(world.states("invoices"), ["posted"]);
}

/// A replica that lags does not see what was just made: that is waited for, not made again, and not parked.
#[tokio::test]
async fn a_list_that_lags_behind_is_asked_again() {
    let world = World::new().await;
    world.plan("GET", "/orders", "stale_read=600000");
    let fault = world.erp.put(ORDER, &order()).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Conflict, "not_listed"), "{fault:?}");
    world.plan("GET", "/orders", "stale_read=600000");
    assert_eq!(world.erp.find(ORDER, &order()).await, Ok(None));
    // Differs by what the ERP hashes, and means the same: the list decides, and the list lags.
    world.plan("GET", "/orders", "stale_read=600000");
    let later = with(order(), "/ordered_at", json!("2026-03-03T00:00:00Z"));
    assert_eq!(world.erp.put(ORDER, &later).await.unwrap_err().code, "not_listed");
    world.erp.converge(ORDER, &later).await;

    world.plan("GET", "/invoices", "stale_read=600000");
    assert_eq!(world.erp.put(INVOICE, &invoice()).await.unwrap_err().code, "not_listed");
    world.erp.converge(INVOICE, &invoice()).await;
    assert_eq!(
        (world.states("orders"), world.states("invoices")),
        (vec!["confirmed".to_owned()], vec!["posted".to_owned()])
    );
}

/// Another worker cancels our order as the second of two, just before we confirm it.
#[tokio::test]
async fn an_order_taken_back_by_another_worker_is_found_at_the_next_try() {
    let world = World::new().await;
    world.erp.put(ORDER, &order()).await.unwrap();
    world.plan("PUT", "/orders/", "duplicate_on_race");
    world.plan("POST", "/SO-000002/confirm", "drop");
    world.erp.put(ORDER, &order()).await.unwrap_err();
    world.cancel("SO-000002").await;
    let output = world.erp.converge(ORDER, &order()).await;
    assert_eq!(output["id"], json!("SO-000001"));
    assert_eq!(world.states("orders"), ["confirmed", "cancelled"]);
}
