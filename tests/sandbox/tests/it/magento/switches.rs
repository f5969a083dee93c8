//! Where versions and configurations differ: each switch turns one thing.

use std::collections::BTreeMap;

use sandbox::{IdForm, PastTheEnd, Sandbox, Switches};
use serde_json::{Value, json};

use super::{call, get, shop_with};
use crate::client::admin;

fn with(turn: impl FnOnce(&mut Switches)) -> Sandbox {
    let mut switches = Switches { bearer_allowed: true, ..Switches::default() };
    turn(&mut switches);
    shop_with(switches)
}

/// An order; its id.
async fn ordered(sandbox: &Sandbox) -> u64 {
    let seeded = admin(sandbox, "POST", "/admin/seed", &json!({"kind": "simple"})).await;
    seeded.json()["entity_id"].as_u64().unwrap()
}

async fn invoiced(sandbox: &Sandbox, id: u64) -> Value {
    let made = call(sandbox, "POST", &format!("order/{id}/invoice"), &json!({})).await;
    assert_eq!(made.status, 200, "{}", made.text);
    made.json()
}

#[tokio::test]
async fn ids_are_texts_or_numbers() {
    for (ids, made) in [(IdForm::Text, json!("1")), (IdForm::Number, json!(1))] {
        let sandbox = with(|switches| switches.ids = ids);
        let id = ordered(&sandbox).await;
        assert_eq!(invoiced(&sandbox, id).await, made);
        assert_eq!(get(&sandbox, "invoices/1").await["entity_id"], 1);
    }
}

#[tokio::test]
async fn past_the_end_there_is_nothing_or_the_last_page_for_ever() {
    for (past_the_end, page_9) in [(PastTheEnd::Empty, vec![]), (PastTheEnd::LastPage, vec![3])] {
        let sandbox = with(|switches| switches.past_the_end = past_the_end);
        let first = ordered(&sandbox).await;
        for _ in 0..2 {
            ordered(&sandbox).await;
        }
        let page = async |number: u64| {
            let path =
                format!("orders?searchCriteria%5BpageSize%5D=2&searchCriteria%5BcurrentPage%5D={number}");
            let page = get(&sandbox, &path).await;
            assert_eq!(page["total_count"], 3);
            let ids = page["items"].as_array().cloned().unwrap_or_default();
            ids.iter().map(|order| order["entity_id"].as_u64().unwrap() - first + 1).collect::<Vec<_>>()
        };
        assert_eq!((page(1).await, page(2).await), (vec![1, 2], vec![3]));
        assert_eq!(page(9).await, page_9, "{past_the_end:?}");
    }
}

#[tokio::test]
async fn a_page_has_no_more_than_is_allowed() {
    let sandbox = with(|switches| switches.page_size_max = Some(2));
    let path = |size: u64| format!("orders?searchCriteria%5BpageSize%5D={size}");
    let refused = call(&sandbox, "GET", &path(3), &Value::Null).await;
    assert_eq!(
        (refused.status, &refused.json()["parameters"]),
        (400, &json!({"max": 2})),
        "{}",
        refused.text
    );
    assert_eq!(call(&sandbox, "GET", &path(2), &Value::Null).await.status, 200);
    assert_eq!(call(&with(|_| {}), "GET", &path(3), &Value::Null).await.status, 200);
}

#[tokio::test]
async fn a_comment_s_status_belongs_to_the_state_where_that_is_looked_at() {
    let comment = |status: &str| {
        json!({"statusHistory": {
            "comment": "c", "status": status, "is_customer_notified": 0, "is_visible_on_front": 0, "parent_id": 1,
        }})
    };
    let loose = with(|_| {});
    let id = ordered(&loose).await;
    let got = call(&loose, "POST", &format!("orders/{id}/comments"), &comment("declined")).await;
    assert_eq!((got.status, got.json()), (200, json!(true)));
    let strict = with(|switches| {
        switches.strict_comment_status = true;
        switches.statuses = BTreeMap::from([("declined".to_owned(), vec!["new".to_owned()])]);
    });
    let id = ordered(&strict).await;
    for (status, answer) in [("pending", 200), ("declined", 200), ("complete", 400), ("nowhere", 400)] {
        let got = call(&strict, "POST", &format!("orders/{id}/comments"), &comment(status)).await;
        assert_eq!(got.status, answer, "{status}: {}", got.text);
    }
}

#[tokio::test]
async fn a_mail_that_fails_comes_after_the_comment() {
    let comment = json!({"statusHistory": {
        "comment": "declined", "is_customer_notified": 1, "is_visible_on_front": 0, "parent_id": 1,
    }});
    for (mail_works, status) in [(true, 200), (false, 400)] {
        let sandbox = with(|switches| switches.mail_works = mail_works);
        let id = ordered(&sandbox).await;
        let path = format!("orders/{id}/comments");
        assert_eq!(call(&sandbox, "POST", &path, &comment).await.status, status);
        assert_eq!(get(&sandbox, &path).await["items"][0]["comment"], "declined");
    }
}

#[tokio::test]
async fn amounts_may_be_noisy_or_texts() {
    let noisy = with(|switches| switches.float_noise = true);
    let id = ordered(&noisy).await;
    let got = call(&noisy, "GET", &format!("orders/{id}"), &Value::Null).await;
    // 3 × 24.33 + 2 × 7.35, as PHP prints it with 17 digits.
    assert!(got.text.contains("\"subtotal\":87.689999999999998,"), "{}", got.text);
    assert_eq!(got.json()["subtotal"].as_f64(), Some(87.69));

    let texts = with(|switches| switches.amounts_as_text = true);
    let id = ordered(&texts).await;
    invoiced(&texts, id).await;
    let (order, invoice) = (get(&texts, &format!("orders/{id}")).await, get(&texts, "invoices/1").await);
    let total = order["grand_total"].as_f64().unwrap();
    assert_eq!(invoice["grand_total"], format!("{total:.4}"));
    assert_eq!(invoice["items"][0]["qty"], order["items"][0]["qty_ordered"]);
}

#[tokio::test]
async fn a_state_that_is_none_is_absent_or_null() {
    for (null_state, shown) in [(false, None), (true, Some(Value::Null))] {
        let sandbox = with(|switches| switches.null_state = null_state);
        let id = ordered(&sandbox).await;
        let comment = json!({"statusHistory": {
            "comment": "c", "is_customer_notified": 0, "is_visible_on_front": 0, "parent_id": id,
        }});
        assert_eq!(call(&sandbox, "POST", &format!("orders/{id}/comments"), &comment).await.status, 200);
        let order = get(&sandbox, &format!("orders/{id}")).await;
        assert_eq!(order.get("status").cloned(), shown, "{order}");
        assert_eq!(order["state"], "new");
    }
}

#[tokio::test]
async fn a_shipment_leaves_a_source_where_there_are_several() {
    let from = |source: &str| json!({"arguments": {"extension_attributes": {"source_code": source}}});
    let sandbox = with(|switches| switches.sources = vec!["east".to_owned(), "west".to_owned()]);
    let stocked =
        json!({"sourceItems": [{"sku": "LAMP-BRASS", "source_code": "west", "quantity": 10, "status": 1}]});
    assert_eq!(call(&sandbox, "POST", "inventory/source-items", &stocked).await.status, 200);
    let id = ordered(&sandbox).await;
    let got = call(&sandbox, "POST", &format!("order/{id}/ship"), &from("west")).await;
    assert_eq!(got.status, 200, "{}", got.text);
    let left = get(&sandbox, &format!("inventory/source-items?{}", super::search("sku", "LAMP-BRASS"))).await;
    assert_eq!(left["items"][0]["quantity"], 7);
    let id = ordered(&sandbox).await;
    let got = call(&sandbox, "POST", &format!("order/{id}/ship"), &from("north")).await;
    assert_eq!(got.status, 400, "{}", got.text);
}

/// Without the lock of 2.4.4 two writers read the same order.
#[tokio::test]
async fn a_race_makes_a_second_invoice() {
    let sandbox = with(|_| {});
    let id = ordered(&sandbox).await;
    invoiced(&sandbox, id).await;
    let path = format!("order/{id}/invoice");
    assert_eq!(call(&sandbox, "POST", &path, &json!({})).await.status, 400);
    let plan = json!({"system": "magento", "fault": "duplicate_on_race", "times": 1, "path": "/invoice"});
    assert_eq!(admin(&sandbox, "POST", "/admin/faults", &plan).await.status, 200);
    assert_eq!(call(&sandbox, "POST", &path, &json!({})).await.status, 200);
    let page = get(&sandbox, &format!("invoices?{}", super::search("order_id", &id.to_string()))).await;
    assert_eq!(page["total_count"], 2);
}

/// Stripe's own module may come first, under the payment's id.
#[tokio::test]
async fn the_module_of_stripe_invoices_too() {
    let sandbox = with(|_| {});
    let id = ordered(&sandbox).await;
    let body = json!({"order": id, "transaction": "pi_1"});
    let made = admin(&sandbox, "POST", "/admin/magento/module", &body).await;
    assert_eq!((made.status, made.json()), (200, json!({"invoice": 1})), "{}", made.text);
    assert_eq!(get(&sandbox, "invoices/1").await["transaction_id"], "pi_1");
    assert_eq!(get(&sandbox, &format!("orders/{id}")).await["state"], "processing");
    let again = admin(&sandbox, "POST", "/admin/magento/module", &body).await;
    assert_eq!(again.status, 400, "{}", again.text);
}

#[tokio::test]
async fn switches_are_set_while_it_runs_and_forgotten_by_a_reset() {
    let sandbox = with(|_| {});
    let before = admin(&sandbox, "GET", "/admin/magento", &Value::Null).await.json();
    assert_eq!((&before["ids"], &before["bearer_allowed"]), (&json!("text"), &json!(true)));
    let set = json!({"bearer_allowed": true, "ids": "number"});
    let after = admin(&sandbox, "POST", "/admin/magento", &set).await.json();
    assert_eq!(after["ids"], "number");
    let id = ordered(&sandbox).await;
    assert_eq!(invoiced(&sandbox, id).await, json!(1));
    let unknown = admin(&sandbox, "POST", "/admin/magento", &json!({"colour": "red"})).await;
    assert_eq!(unknown.status, 422, "{}", unknown.text);
    admin(&sandbox, "POST", "/admin/reset", &Value::Null).await;
    assert_eq!(admin(&sandbox, "GET", "/admin/magento", &Value::Null).await.json(), before);
}
