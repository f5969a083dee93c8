//! A pair that cannot be reached says which setting or secret is to blame, and never what a secret holds.

use flow::{Class, Fault};
use serde_json::{Value, json};

use crate::world::{KINDS, World};

async fn fault(world: &World, pair: &str) -> Fault {
    match world.connections.get(&pair.parse().unwrap()).await {
        Err(fault) => fault,
        Ok(_) => panic!("{pair} was connected"),
    }
}

#[tokio::test]
async fn an_unknown_pair_is_parked_and_asks_for_no_secret() {
    let world = World::new().await;
    let fault = fault(&world, "nobody").await;
    assert_eq!((fault.class, fault.code.as_str()), (Class::Validation, "unknown_pair"));
    assert!(fault.message.contains("`nobody`") && fault.message.contains("infra/environments/test.yaml"));
    assert!(world.cloud.asked().is_empty());
}

#[tokio::test]
async fn a_missing_secret_is_named_and_the_other_pair_goes_on() {
    for kind in KINDS {
        let world = World::new().await;
        world.cloud.delete_secret(&format!("tillbridge/test/main/{kind}"));
        let fault = fault(&world, "main").await;
        assert_eq!((fault.class, fault.code.as_str()), (Class::Auth, "secret"));
        assert!(fault.message.contains(&format!("tillbridge/test/main/{kind}:")), "{}", fault.message);
        assert!(world.connections.get(&"other".parse().unwrap()).await.is_ok(), "{kind}");
    }
}

#[tokio::test]
async fn a_malformed_secret_is_named_and_not_shown() {
    let cases: [(&str, Value); 9] = [
        ("stripe", json!({ "key": "canary" })),
        ("stripe", json!({ "api_key": "canary key\n" })),
        ("stripe", json!({ "api_key": "rk_live_canary" })),
        ("magento", json!({ "consumer_key": "canary" })),
        ("erp", json!({ "token": ["canary"] })),
        ("erp", json!({ "token": "" })),
        ("erp", json!({ "token": "canary with blanks" })),
        ("wms", json!("canary")),
        ("wms", json!({ "token": "canary-ä" })),
    ];
    for (kind, secret) in cases {
        let world = World::new().await;
        world.put("main", kind, &secret);
        let fault = fault(&world, "main").await;
        let shown = serde_json::to_string(&fault).unwrap();
        assert_eq!(fault.class, Class::Auth, "{kind}: {shown}");
        let name = format!("secret tillbridge/test/main/{kind}");
        assert!(fault.message.contains(&name) && fault.message.contains("store it again"), "{shown}");
        assert!(!shown.contains("canary"), "{kind}: {shown}");
    }
}
