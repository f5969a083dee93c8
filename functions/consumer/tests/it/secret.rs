//! A secret that is missing or malformed holds every event back, by name, until somebody stores it; a rotated one does not.

use flow::Class;
use flow::execution::{MendedBy, Status};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::held::Held;
use crate::vault::local;
use crate::world::{World, failed};

const KINDS: [&str; 4] = ["stripe", "magento", "erp", "wms"];

#[tokio::test]
async fn a_missing_secret_is_named_waited_for_and_then_used() {
    for kind in KINDS {
        let world = World::new().await;
        let seeded = world.seed("simple");
        let message = world.message(&seeded);
        world.vault.remove(kind);
        // One process all along: a secret that was not there is asked for again.
        let consumer = world.consumer().await;
        let response = world.hand(&consumer, std::slice::from_ref(&message), 1).await;
        assert_eq!(failed(&response), ["message-0"], "{kind}");
        let execution = world.execution(&message).await;
        let waiting = execution.waiting.unwrap();
        assert_eq!(
            (execution.status, waiting.class, waiting.tries),
            (Status::Waiting, Class::Auth, 0),
            "{kind}"
        );
        let name = format!("tillbridge/local/main/{kind}:");
        assert!(waiting.message.contains(&name), "{}", waiting.message);
        assert!(waiting.message.contains("store it in Secrets Manager"), "{}", waiting.message);
        let asked = waiting.retry_at.duration_since(world.clock_now());
        // And up to an eighth more, so that not all who wait come back in one second.
        let spread = SignedDuration::from_secs(5 * 60 / 8 + 1);
        assert!(
            (SignedDuration::ZERO..=spread).contains(&(asked - SignedDuration::from_mins(5))),
            "{kind}: {asked}"
        );
        assert!(world.sandbox.requests(0).is_empty(), "{kind}: nothing may be asked with half the secrets");

        world.vault.put(kind, &local()[kind]);
        world.clock.advance(asked);
        let response = world.hand(&consumer, std::slice::from_ref(&message), 2).await;
        assert_eq!(failed(&response), Vec::<&str>::new(), "{kind}");
        assert_eq!(Held::of(&world.sandbox, &seeded).counts(), [1; 5], "{kind}");
    }
}

#[tokio::test]
async fn a_secret_that_stays_away_for_a_week_parks_the_event_for_an_administrator() {
    let world = World::new().await;
    let message = world.message(&world.seed("simple"));
    world.vault.remove("erp");
    let consumer = world.consumer().await;
    world.hand(&consumer, std::slice::from_ref(&message), 1).await;
    world.clock.advance(SignedDuration::from_hours(7 * 24 + 1));
    let response = world.hand(&consumer, std::slice::from_ref(&message), 2).await;
    assert_eq!(failed(&response), Vec::<&str>::new());
    let parked = world.execution(&message).await.parked.unwrap();
    assert_eq!((parked.reason.as_str(), parked.mended_by), ("waited_too_long", MendedBy::Administrator));
    assert!(parked.message.contains("tillbridge/local/main/erp"), "{}", parked.message);
    assert_eq!(world.letters().len(), 1);
}

#[tokio::test]
async fn a_malformed_secret_is_named_and_not_shown() {
    let secrets = [
        ("stripe", json!({ "key": "canary-1" })),
        ("magento", json!({ "consumer_key": "canary-2", "consumer_secret": 7 })),
        ("erp", json!("canary-3")),
        ("wms", json!({ "token": "canary 4 \n" })),
        ("wms", json!({ "token": "" })),
    ];
    for (kind, secret) in secrets {
        let world = World::new().await;
        world.vault.put(kind, &secret);
        let message = world.message(&world.seed("simple"));
        let consumer = world.consumer().await;
        world.hand(&consumer, std::slice::from_ref(&message), 1).await;
        let execution = world.execution(&message).await;
        let said = execution
            .waiting
            .map(|waiting| waiting.message)
            .or(execution.parked.map(|parked| parked.message));
        let said = said.unwrap();
        assert!(said.contains(kind) && said.contains("secret"), "{kind}: {said}");
        assert!(!said.contains("canary"), "{kind}: {said}");
    }
}

/// Of each system: its secret with another value first, and with another value second.
fn rotating(kind: &str) -> [Value; 2] {
    let stored = local()[kind].clone();
    match kind {
        "stripe" => {
            let key = &stored["api_key"];
            [
                json!({ "api_key": "rk_test_another", "previous_api_key": key }),
                json!({ "api_key": key, "previous_api_key": "rk_test_another" }),
            ]
        }
        "magento" => {
            let mut another = stored.clone();
            another["consumer_key"] = json!("anotherconsumerkey00000000000000");
            another["access_token"] = json!("anotheraccesstoken00000000000000");
            let with = |mut current: Value, previous: &Value| {
                current["previous"] = previous.clone();
                current
            };
            [with(another.clone(), &stored), with(stored, &another)]
        }
        _ => {
            let token = &stored["token"];
            [
                json!({ "token": "another", "previous_token": token }),
                json!({ "token": token, "previous_token": "another" }),
            ]
        }
    }
}

#[tokio::test]
async fn either_of_two_live_values_is_taken_by_every_system() {
    for kind in KINDS {
        for (secret, refused) in rotating(kind).into_iter().zip([1, 0]) {
            let world = World::new().await;
            world.vault.put(kind, &secret);
            let seeded = world.seed("simple");
            let execution = world.settle(&world.message(&seeded)).await;
            assert_eq!((execution.status, execution.attempts), (Status::Done, 1), "{kind}");
            assert_eq!(Held::of(&world.sandbox, &seeded).counts(), [1; 5], "{kind}");
            let requests = world.sandbox.requests(0);
            let refusals = requests.iter().filter(|request| request.status == Some(401)).count();
            assert_eq!(refusals, refused, "{kind}: one refused call, not one a request");
        }
    }
}
