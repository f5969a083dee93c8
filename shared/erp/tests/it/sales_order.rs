//! `erp.sales_order.put`: customer, items, order, confirmed, once.

use flow::Class;
use sandbox::{ErpSettings, Settings};
use serde_json::{Value, json};

use crate::document::{ORDER_KEY, money, order, order_in, with};
use crate::world::{ORDER, World};

#[tokio::test]
async fn an_order_is_booked_whole_and_confirmed() {
    let world = World::stocked().await;
    let output = world.erp.put(ORDER, &order()).await.unwrap();
    assert_eq!(output, json!({ "id": "SO-000001", "key": ORDER_KEY, "created": true }));
    assert_eq!(
        world.asked(),
        [
            "PUT /v1/customers/tb%3Aacct_1%3Acustomer%3A7",
            "PUT /v1/orders/tb%3Aacct_1%3Asales_order%3A42",
            "POST /v1/orders/SO-000001/confirm",
            "GET /v1/orders",
        ]
    );
    let sent: Vec<Value> =
        world.requests().iter().filter_map(|seen| serde_json::from_str(&seen.body).ok()).collect();
    let amount = |amount: &str| json!({ "amount": amount, "currency": "USD" });
    let tax = |text: &str| json!([{ "code": "NY-SALES", "amount": amount(text) }]);
    let address = |kind: &str| {
        json!({
            "type": kind, "name": "Ann Lee", "company": "Lee & Sons", "street": ["1 Main St", "Flat 2"],
            "city": "New York", "region": "NY", "postcode": "10001", "country": "US", "phone": "2125550100"
        })
    };
    let customer = json!({
        "name": "Ann Lee", "email": "ann@example.com", "phone": "2125550100", "tax_id": "US-1",
        "addresses": [address("billing"), address("shipping")], "external_refs": { "shop": "7" }
    });
    let order = json!({
        "customer_key": "tb:acct_1:customer:7", "number": "000000042", "ordered_at": "2026-03-02T00:30:00+01:00",
        "currency": "USD",
        "status": "open",
        "lines": [
            {
                "line_id": "420", "sku": "LAMP-BRASS", "qty": "2", "unit_price": amount("30.00"),
                "discount": amount("5.00"), "tax": tax("4.50")
            },
            {
                "line_id": "421", "sku": "WARRANTY", "qty": "1", "unit_price": amount("29.00"),
                "discount": amount("0.00"), "tax": tax("2.00")
            }
        ],
        "shipping": { "amount": amount("9.95"), "tax": tax("0.88") }, "discount": amount("10.00"),
        "total": amount("91.33"),
        "payment": {
            "provider": "stripe", "reference": "ch_1", "method": "card", "amount": amount("91.33"),
            "paid_on": "2026-03-02"
        }
    });
    assert_eq!(sent, [customer, order, json!({})]);
}

#[tokio::test]
async fn twice_is_once_and_find_sees_what_is_confirmed() {
    let world = World::new().await;
    assert_eq!(world.erp.key(ORDER, &order()).unwrap().as_str(), ORDER_KEY);
    assert_eq!(world.erp.find(ORDER, &order()).await, Ok(None));
    let first = world.erp.put(ORDER, &order()).await.unwrap();
    let second = world.erp.put(ORDER, &order()).await.unwrap();
    assert_eq!((&first["created"], &second["created"]), (&json!(true), &json!(false)));
    assert_eq!(first["id"], second["id"]);
    assert_eq!(world.erp.find(ORDER, &order()).await, Ok(Some(second)));
    assert_eq!(world.states("orders"), ["confirmed"]);
    assert_eq!((world.documents("customers").len(), world.documents("items").len()), (1, 2));
}

#[tokio::test]
async fn a_draft_is_no_whole_effect_and_is_confirmed() {
    let world = World::new().await;
    world.plan("POST", "/confirm", "error=500");
    assert_eq!(world.erp.put(ORDER, &order()).await.unwrap_err().class, Class::UnknownOutcome);
    assert_eq!(world.states("orders"), ["draft"]);
    assert_eq!(world.erp.find(ORDER, &order()).await, Ok(None));
    assert_eq!(world.erp.put(ORDER, &order()).await.unwrap()["created"], json!(false));
    assert_eq!(world.states("orders"), ["confirmed"]);
}

/// Between two tries the day, the rate and the status may have moved, and an ERP may give back rows in another order.
#[tokio::test]
async fn what_means_the_same_is_kept() {
    let world = World::new().await;
    let eur = order_in("EUR");
    world.erp.put(ORDER, &eur).await.unwrap();
    let rows = eur["lines"].as_array().unwrap();
    for (pointer, value) in [
        ("/ordered_at", json!("2026-03-03T00:00:00Z")),
        ("/exchange_rate", json!("1.1000")),
        ("/status", json!("on_hold")),
        ("/payment/paid_on", json!("2026-03-03")),
        ("/lines", json!([rows[1], rows[0]])),
    ] {
        let again = with(eur.clone(), pointer, value);
        let output =
            world.erp.put(ORDER, &again).await.unwrap_or_else(|fault| panic!("{pointer}: {fault:?}"));
        assert_eq!((&output["id"], &output["created"]), (&json!("SO-000001"), &json!(false)), "{pointer}");
        assert!(world.erp.find(ORDER, &again).await.unwrap().is_some(), "{pointer}");
    }
    assert_eq!(world.states("orders"), ["confirmed"]);
}

#[tokio::test]
async fn another_order_under_the_key_is_parked_with_what_to_do() {
    let world = World::new().await;
    world.erp.put(ORDER, &order()).await.unwrap();
    for (pointer, value) in [
        ("/number", json!("000000043")),
        ("/customer_key", json!("tb:acct_1:customer:8")),
        ("/payment/reference", json!("ch_2")),
        ("/lines/0/sku", json!("LAMP-STEEL")),
        ("/lines/0/taxes/0/code", json!("VAT")),
    ] {
        let other = with(order(), pointer, value);
        let faults = [
            world.erp.put(ORDER, &other).await.unwrap_err(),
            world.erp.find(ORDER, &other).await.unwrap_err(),
        ];
        for fault in faults {
            assert_eq!(
                (fault.class, fault.code.as_str()),
                (Class::Validation, "content_differs"),
                "{pointer}"
            );
            for part in ["SO-000001", ORDER_KEY, "compare the two", "replay"] {
                assert!(fault.message.contains(part), "{}", fault.message);
            }
        }
    }
    let more = with(with(order(), "/discount", money(999, "USD")), "/total", money(9134, "USD"));
    let fault = world.erp.put(ORDER, &more).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "total_mismatch"));
    assert!(fault.message.contains("91.33 USD") && fault.message.contains("91.34 USD"), "{}", fault.message);
    assert_eq!(world.states("orders"), ["confirmed"]);
}

#[tokio::test]
async fn what_does_not_add_up_is_not_sent() {
    let world = World::new().await;
    let fault = world.erp.put(ORDER, &with(order(), "/total", money(9134, "USD"))).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "does_not_add_up"));
    for part in ["000000042", "91.33", "91.34", "nothing was sent"] {
        assert!(fault.message.contains(part), "{}", fault.message);
    }
    let mixed = with(order(), "/shipping", money(995, "EUR"));
    assert_eq!(world.erp.put(ORDER, &mixed).await.unwrap_err().class, Class::Validation);
    assert!(world.requests().is_empty());
}

/// No number passes through a binary float: the text has exactly the currency's digits, and the ERP insists on it.
#[tokio::test]
async fn amounts_have_the_digits_of_their_currency() {
    for (currency, total, price) in [
        ("JPY", "9133", "3000"),
        ("KWD", "9.133", "3.000"),
        ("EUR", "91.33", "30.00"),
        ("USD", "91.33", "30.00"),
    ] {
        let world = World::new().await;
        world
            .erp
            .put(ORDER, &order_in(currency))
            .await
            .unwrap_or_else(|fault| panic!("{currency}: {fault:?}"));
        let booked = world.documents("orders").remove(0);
        assert_eq!(booked["total"], json!({ "amount": total, "currency": currency }));
        assert_eq!(booked["lines"][0]["unit_price"]["amount"], json!(price), "{currency}");
        let rate = if currency == "USD" { Value::Null } else { json!("1.0945") };
        assert_eq!(booked["exchange_rate"], rate, "{currency}");
    }
}

/// What the environment's table says is what the ERP gets; the shop's own word never arrives.
#[tokio::test]
async fn every_status_is_sent_as_it_is() {
    for status in ["open", "draft", "on_hold", "closed", "cancelled"] {
        let world = World::new().await;
        world.erp.put(ORDER, &with(order(), "/status", json!(status))).await.unwrap();
        assert_eq!(world.documents("orders")[0]["status"], json!(status));
    }
}

#[tokio::test]
async fn a_guest_without_a_parcel_can_buy() {
    let world = World::new().await;
    let mut guest = with(order(), "/customer", json!({ "name": "Bo", "email": "bo@example.com" }));
    guest["customer_key"] = json!("tb:acct_1:guest:42");
    guest.as_object_mut().unwrap().remove("shipping_address");
    world.erp.put(ORDER, &guest).await.unwrap();
    let customer = world.documents("customers").remove(0);
    assert_eq!(customer["external_refs"], json!({}));
    assert_eq!(customer["addresses"].as_array().unwrap().len(), 1);
    assert!(customer.get("phone").is_none() && customer.get("tax_id").is_none());
}

/// A customer who moved is brought up to date; the order that names them is not touched.
#[tokio::test]
async fn customers_follow_the_shop() {
    let world = World::new().await;
    world.erp.put(ORDER, &order()).await.unwrap();
    world.erp.put(ORDER, &with(order(), "/billing/city", json!("Boston"))).await.unwrap();
    assert_eq!(world.documents("customers")[0]["addresses"][0]["city"], json!("Boston"));
    assert_eq!(world.states("orders"), ["confirmed"]);
}

/// What the company does not know is for a person, who is told which field and which code.
#[tokio::test]
async fn unknown_accounts_skus_and_currencies_are_named() {
    let erp = ErpSettings {
        accounts: Vec::new(),
        refused_skus: vec!["WARRANTY".to_owned()],
        ..ErpSettings::default()
    };
    let world = World::with(Settings { erp, ..Settings::default() }).await;
    let fault = world.erp.put(ORDER, &order()).await.unwrap_err();
    assert_eq!(
        (fault.class, fault.code.as_str(), fault.status),
        (Class::Validation, "account_unknown", Some(422))
    );
    for part in ["item LAMP-BRASS", "4000", "/income_account account_unknown", "replay"] {
        assert!(fault.message.contains(part), "{}", fault.message);
    }

    let erp = ErpSettings { refused_skus: vec!["WARRANTY".to_owned()], ..ErpSettings::default() };
    let world = World::with(Settings { erp, ..Settings::default() }).await;
    let fault = world.erp.put(ORDER, &order()).await.unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "sku_refused"));
    for part in ["skus WARRANTY;", "/lines/1/sku sku_refused", "let the company sell the item", "replay"] {
        assert!(fault.message.contains(part), "{}", fault.message);
    }
    assert!(world.documents("orders").is_empty());
}

#[tokio::test]
async fn an_order_that_was_cancelled_in_the_erp_is_not_booked_again() {
    let world = World::new().await;
    world.erp.put(ORDER, &order()).await.unwrap();
    world.cancel("SO-000001").await;
    assert_eq!(world.erp.find(ORDER, &order()).await, Ok(None), "a cancelled document is no effect");
    for again in [order(), with(order(), "/ordered_at", json!("2026-03-03T00:00:00Z"))] {
        let fault = world.erp.put(ORDER, &again).await.unwrap_err();
        assert_eq!(
            (fault.class, fault.code.as_str()),
            (Class::Validation, "document_cancelled"),
            "{fault:?}"
        );
        for part in ["SO-000001", ORDER_KEY, "reopen it there or discard"] {
            assert!(fault.message.contains(part), "{}", fault.message);
        }
    }
    assert_eq!(world.states("orders"), ["cancelled"]);
}
