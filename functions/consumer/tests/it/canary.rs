//! What must not be seen is not: secrets, names, mail addresses and card numbers in logs, rows' texts, letters' attributes and
//! metrics; card numbers in what is sent.

use cloud::log;
use flow::execution::Status;
use sandbox::Seed;
use serde_json::{Value, json};

use crate::world::World;

const CARD: &str = "4242424242424242";
const CARD_AS_TYPED: &str = "4242 4242 4242 4242";

/// A card number wherever a shopper or a shop may have put one.
fn with_card_numbers(mut order: Value) -> Value {
    order["customer_note"] = json!(format!("please charge {CARD_AS_TYPED}"));
    order["payment"]["additional_information"] = json!([CARD, CARD_AS_TYPED]);
    order["payment"]["cc_number_enc"] = json!(CARD);
    order["status_histories"] = json!([{ "comment": format!("paid by {CARD}"), "entity_name": "order" }]);
    order["items"][0]["name"] = json!(format!("Desk lamp {CARD}"));
    order["customer_taxvat"] = json!(format!("DE {CARD}"));
    order["customer_email"] = json!(format!("{CARD}@example.com"));
    for address in ["/billing_address", "/extension_attributes/shipping_assignments/0/shipping/address"] {
        let address = order.pointer_mut(address).unwrap();
        address["street"] = json!(["12 St James Square", format!("card {CARD_AS_TYPED}")]);
        address["company"] = json!(format!("c/o {CARD}"));
        for place in ["city", "region", "region_code", "postcode", "telephone", "vat_id"] {
            address[place] = json!(if place.len() % 2 == 0 { CARD } else { CARD_AS_TYPED });
        }
    }
    order
}

#[tokio::test]
async fn what_must_not_be_seen_is_nowhere() {
    log::listen();
    let world = World::new().await;

    let seed = Seed {
        kind: "description_only".to_owned(),
        metadata: json!({ "card": CARD }).as_object().cloned(),
        without_order: true,
        ..Seed::default()
    };
    let mut seeded = world.sandbox.seed(&seed).unwrap();
    seeded.event["data"]["object"]["description"] = json!(format!("for {CARD_AS_TYPED}"));
    let _id = world.sandbox.put_order(with_card_numbers(seeded.order.clone()));
    let done = world.settle(&world.message(&seeded)).await;
    assert_eq!(done.status, Status::Done, "{done:?}");
    // Refusals say most: one of each system.
    for kind in ["holded", "refused_sku", "unknown_currency"] {
        world.settle(&world.message(&world.seed(kind))).await;
    }
    world.vault.put("erp", &json!({ "token": "refused-canary", "previous_token": "old-canary" }));
    let refused = world.message(&world.seed("guest"));
    world.hand(&world.consumer().await, std::slice::from_ref(&refused), 1).await;

    let log = log::heard();
    assert!(log.contains(r#""outcome":"done""#) && log.contains("sku_refused"), "{log}");
    let rows: Vec<String> = world
        .store
        .items()
        .iter()
        .filter(|item| item.key.sk == "-")
        .map(|item| serde_json::to_string(item).unwrap())
        .collect();
    let letters: Vec<String> =
        world.letters().iter().map(|letter| format!("{:?}", letter.attributes)).collect();
    let requests: Vec<String> =
        world.sandbox.requests(0).iter().map(|seen| serde_json::to_string(seen).unwrap()).collect();
    let secrets = [
        "rk_test_sandbox_all_rights",
        "tillbridgelocalconsumersecret000",
        "tillbridgelocaltokensecret000000",
        "tillbridgelocalaccesstoken000000",
        "erp-sandbox-token",
        "wms-sandbox-token",
        "refused-canary",
        "old-canary",
    ];
    let people = ["Lovelace", "ada@example.com", "St James Square", "2125550100"];
    let cards = [CARD, CARD_AS_TYPED];
    for (place, text) in [("log", vec![log]), ("row", rows.clone()), ("letter", letters)] {
        for text in text {
            for hidden in secrets.iter().chain(&people).chain(&cards) {
                assert!(!text.contains(hidden), "{hidden} is in a {place}: {text}");
            }
        }
    }
    assert!(requests.len() > 20);
    for text in requests {
        for hidden in secrets.iter().chain(&cards) {
            assert!(!text.contains(hidden), "{hidden} was sent: {text}");
        }
    }
    for item in world.store.items() {
        let text = serde_json::to_string(&item).unwrap();
        for hidden in secrets {
            assert!(!text.contains(hidden), "{hidden} is in the table: {text}");
        }
    }
}
