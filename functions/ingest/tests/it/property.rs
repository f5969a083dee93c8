//! Nobody gets past the signature, and nothing makes ingest fall over.

use proptest::prelude::*;
use serde_json::json;

use crate::world::{SECRET, World, event, now, request, signature};

/// One world for many requests: the secret is cached, and the queue is looked at after each.
fn world() -> (tokio::runtime::Runtime, World) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = runtime.block_on(World::new("test"));
    (runtime, world)
}

#[test]
fn without_a_valid_signature_there_is_never_a_2xx() {
    let (runtime, world) = world();
    let header = prop_oneof![
        "[ -~]{0,120}",
        (0_i64..700, "[0-9a-f]{64}")
            .prop_map(|(offset, digest)| { format!("t={},v1={digest}", now().as_second() - 350 + offset) }),
        Just(signature(SECRET, b"another body", 0)),
        Just(signature("whsec_forged", event(&json!({})).as_bytes(), 0)),
    ];
    let body = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..400),
        Just(event(&json!({})).into_bytes()),
        "[ -~]{0,100}".prop_map(String::into_bytes),
    ];
    let path = prop_oneof![Just("/webhooks/stripe/main".to_owned()), "/[a-z/]{0,40}"];
    proptest!(|(header in header, body in body, path in path)| {
        let answer = runtime.block_on(world.send(request(&path, &[("stripe-signature", &header)], &body)));
        prop_assert!(answer.status >= 400 && answer.status < 500, "{:?}", answer);
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
