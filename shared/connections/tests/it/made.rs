//! Connectors are made once, made anew when a secret changes, and are one pair's own.

use std::collections::BTreeSet;
use std::sync::Arc;

use flow::engine::Connected;
use flow::{Call, Connector};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::world::{KINDS, World, secret};

async fn connected(world: &World, pair: &str) -> Arc<Connected> {
    world.connections.get(&pair.parse().unwrap()).await.unwrap()
}

/// Asks the ERP of a pair how it is.
async fn ask_erp(connected: &Connected, pair: &str) {
    let call = Call {
        pair: pair.parse().unwrap(),
        deadline: Timestamp::now() + SignedDuration::from_mins(2),
        generation: 0,
        trace_id: "trace".to_owned(),
    };
    let action = "erp.health.read".parse().unwrap();
    let has = |connector: &&Arc<dyn Connector>| connector.specs().iter().any(|spec| spec.name == action);
    connected.connectors.iter().find(has).unwrap().run(&action, &call, json!({})).await.unwrap();
}

#[tokio::test]
async fn connectors_are_made_once_until_a_secret_changes() {
    let world = World::new().await;
    let first = connected(&world, "main").await;
    world.secrets_grow_old().await;
    assert!(
        Arc::ptr_eq(&first, &connected(&world, "main").await),
        "the same secrets make the same connectors"
    );
    assert_eq!(world.cloud.asked_to("GetSecretValue").len(), 2 * KINDS.len());
    let mut before = first;
    for kind in KINDS {
        world.put("main", kind, &secret("main", kind));
        assert!(
            Arc::ptr_eq(&before, &connected(&world, "main").await),
            "{kind}: within five minutes nobody asks"
        );
        world.secrets_grow_old().await;
        let after = connected(&world, "main").await;
        assert!(!Arc::ptr_eq(&before, &after), "{kind} was rotated");
        before = after;
    }
}

#[tokio::test]
async fn a_rotated_token_is_what_the_system_gets() {
    let world = World::new().await;
    ask_erp(&*connected(&world, "main").await, "main").await;
    world.put("main", "erp", &json!({ "token": "rotated" }));
    world.secrets_grow_old().await;
    ask_erp(&*connected(&world, "main").await, "main").await;
    let tokens: Vec<String> = world
        .server
        .received_requests()
        .await
        .unwrap()
        .iter()
        .map(|request| request.headers["authorization"].to_str().unwrap().to_owned())
        .collect();
    assert_eq!(tokens, ["Bearer canary-main-erp", "Bearer rotated"]);
}

#[tokio::test]
async fn a_pair_has_its_own_systems_and_its_own_credentials() {
    let world = World::new().await;
    for pair in ["main", "other"] {
        ask_erp(&*connected(&world, pair).await, pair).await;
    }
    for (request, pair) in world.server.received_requests().await.unwrap().iter().zip(["main", "other"]) {
        assert_eq!(request.url.path(), format!("/{pair}/erp/health"));
        assert_eq!(request.headers["authorization"].to_str().unwrap(), format!("Bearer canary-{pair}-erp"));
    }
    assert_eq!(world.connections.pool().calls()["erp"], 2);
}

/// What flows see as `$connection` stands in rows and in what an operator reads.
#[tokio::test]
async fn the_settings_that_flows_see_hold_no_secret() {
    let world = World::new().await;
    let connection = connected(&world, "main").await.connection.to_string();
    assert!(connection.contains("Europe/Berlin") && !connection.contains("canary"), "{connection}");
}

#[test]
fn every_action_has_one_name_and_every_shipped_flow_knows_it() {
    let specs = connections::specs().unwrap();
    let names: BTreeSet<String> = specs.iter().map(|spec| spec.name.to_string()).collect();
    assert_eq!(names.len(), specs.len(), "two connectors have an action of one name");
    for system in ["stripe", "magento", "erp", "wms", "store"] {
        assert!(names.iter().any(|name| name.starts_with(&format!("{system}."))), "{system} has no action");
    }
}
