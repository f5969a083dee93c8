//! Nobody gets past the signature, and nothing makes ingest fall over.

use proptest::prelude::*;
use sandbox::{sign_magento, sign_webhook};
use serde_json::json;

use crate::world::{MAGENTO_TOKEN, SECRET, WMS_SECRET, World, event, now, request, signature};

/// One world for many requests: the secret is cached, and the queue is looked at after each.
fn world() -> (tokio::runtime::Runtime, World) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = runtime.block_on(World::new("test"));
    (runtime, world)
}

/// What signatures stand in, of every source.
const HEADERS: [&str; 6] = [
    "stripe-signature",
    "x-magento-signature",
    "webhook-signature",
    "webhook-id",
    "webhook-timestamp",
    "x-amzn-trace-id",
];

#[test]
fn without_a_valid_signature_there_is_never_a_2xx() {
    let (runtime, world) = world();
    let value = prop_oneof![
        "[ -~]{0,120}",
        "[0-9a-f]{64}",
        "(v1,[A-Za-z0-9+/]{43}= ?){1,3}",
        (1_699_999_600_i64..1_700_000_400).prop_map(|time| time.to_string()),
        (0_i64..700, "[0-9a-f]{64}")
            .prop_map(|(offset, digest)| { format!("t={},v1={digest}", now().as_second() - 350 + offset) }),
        Just(signature(SECRET, b"another body", 0)),
        Just(signature("whsec_forged", event(&json!({})).as_bytes(), 0)),
        Just(sign_magento("forged", event(&json!({})).as_bytes())),
        "Root=[ -~]{0,200}",
    ];
    let headers = prop::collection::vec((prop::sample::select(&HEADERS[..]), value), 0..6);
    let body = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..400),
        Just(event(&json!({})).into_bytes()),
        "[ -~]{0,100}".prop_map(String::into_bytes),
    ];
    let path =
        prop_oneof!["/webhooks/(stripe|magento|wms)/main(\\?event=[a-z.%&=]{0,20})?", "/[a-z/]{0,40}",];
    proptest!(|(headers in headers, body in body, path in path)| {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = runtime.block_on(world.send(request(&path, &headers, &body)));
        prop_assert!(answer.status >= 400 && answer.status < 500, "{:?}", answer);
        prop_assert!(world.queued().is_empty());
    });
}

/// JSON and what is nearly JSON, as a sender with the secret could send it.
fn signed_body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 1..300),
        ".{1,200}".prop_map(String::into_bytes),
        "[{}\\[\\]\":,a-z0-9 ]{1,60}".prop_map(String::into_bytes),
        "\\PC{0,30}".prop_map(|text| json!({ "id": text, "type": "a", "data": {} }).to_string().into_bytes()),
        "\\PC{0,30}".prop_map(|text| json!({ "id": "a", "type": text, "data": { "a": text } })
            .to_string()
            .into_bytes()),
        (1_usize..100_000).prop_map(|depth| "[".repeat(depth).into_bytes()),
        (1_usize..50_000).prop_map(|depth| format!(
            "{{\"data\":{}1{}}}",
            "[".repeat(depth),
            "]".repeat(depth)
        )
        .into_bytes()),
    ]
}

#[test]
fn whatever_the_shop_and_the_warehouse_sign_is_answered_and_nobody_else_is_let_in() {
    let (runtime, world) = world();
    let at = now().as_second();
    let config = ProptestConfig { cases: 128, ..ProptestConfig::default() };
    proptest!(config, |(body in signed_body(), name in "[a-z.]{0,12}", place in any::<prop::sample::Index>(), bit in 0_u8..8)| {
        let magento = [("x-magento-signature", sign_magento(MAGENTO_TOKEN, &body))];
        let time = at.to_string();
        let wms = [
            ("webhook-id", "msg_1".to_owned()),
            ("webhook-timestamp", time.clone()),
            ("webhook-signature", sign_webhook(WMS_SECRET, "msg_1", at, &body).unwrap()),
        ];
        for (path, headers) in [
            (format!("/webhooks/magento/main?event={name}"), &magento[..]),
            ("/webhooks/wms/main".to_owned(), &wms[..]),
        ] {
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let send = |body: &[u8]| runtime.block_on(world.send(request(&path, &headers, body)));
            let answer = send(&body);
            prop_assert!(matches!(answer.status, 200 | 400), "{:?}", answer);
            prop_assert!(!answer.text.contains("signature"), "{:?}", answer);
            let mut forged = body.clone();
            forged[place.index(body.len())] ^= 1 << bit;
            prop_assert_eq!(send(&forged).status, 400);
        }
        prop_assert!(world.queued().is_empty());
    });
}

#[test]
fn a_signed_body_of_any_kind_is_answered_and_one_flipped_bit_is_refused() {
    let (runtime, world) = world();
    let body = prop_oneof![
        proptest::collection::vec(any::<u8>(), 1..300),
        ".{1,200}".prop_map(String::into_bytes),
        "\\PC{0,60}".prop_map(|text| event(&json!({"request": text})).into_bytes()),
        "[a-z._]{0,20}".prop_map(|text| event(&json!({"type": text})).into_bytes()),
    ];
    proptest!(|(body in body, place in any::<prop::sample::Index>(), bit in 0_u8..8)| {
        let header = signature(SECRET, &body, 0);
        let send = |body: &[u8]| {
            runtime.block_on(world.send(request("/webhooks/stripe/main", &[("stripe-signature", &header)], body)))
        };
        let before = world.queued().len();
        let answer = send(&body);
        prop_assert!(matches!(answer.status, 200 | 400), "{:?}", answer);
        prop_assert!(world.queued().len() <= before + 1);
        let after = world.queued().len();
        let mut forged = body.clone();
        forged[place.index(body.len())] ^= 1 << bit;
        prop_assert_eq!(send(&forged).status, 400);
        prop_assert_eq!(world.queued().len(), after);
    });
}
