//! A flow is a folder: one that no crate knows of runs over the real connectors, beside the shipped one.

use std::collections::BTreeMap;
use std::path::Path;

use flow::document::{Source, load};
use flow::execution::{Status, execution_by_event};
use sandbox::Seed;
use serde_json::json;

use crate::held::Held;
use crate::world::{World, failed};

/// The folder as it lies there.
fn folder(path: &Path) -> Source {
    let text = |name: &str| std::fs::read_to_string(path.join(name)).unwrap();
    let files =
        std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mappings: BTreeMap<String, String> =
        files.filter(|name| name.ends_with(".jsonata")).map(|name| (name.clone(), text(&name))).collect();
    Source {
        folder: path.file_name().unwrap().to_str().unwrap().to_owned(),
        yaml: text("flow.yaml"),
        mappings,
    }
}

#[tokio::test]
async fn another_flow_runs_over_the_real_connectors_and_does_not_disturb_the_first() {
    let world = World::new().await;
    let thank_you = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/flows/tests/flows/thank-you");
    let plan = load(&folder(&thank_you), &connections::specs().unwrap()).unwrap();
    let metadata = json!({ "tb_order": "000000042", "tb_order_id": "42" }).as_object().cloned();
    let seed = Seed { kind: "description_only".to_owned(), metadata, ..Seed::default() };
    let seeded = world.sandbox.seed(&seed).unwrap();
    let message = world.message(&seeded);

    let consumer = world.consumer_of_flow(plan).await;
    let response = world.hand(&consumer, std::slice::from_ref(&message), 1).await;
    assert_eq!(failed(&response), Vec::<&str>::new());
    let event = message.attributes["tb.event"].parse().unwrap();
    let of_flow = async |flow: &str| {
        let (pair, flow) = ("main".parse().unwrap(), flow.parse().unwrap());
        execution_by_event(world.store.as_ref(), &pair, &flow, &event).await.unwrap()
    };
    assert_eq!(of_flow("thank-you").await.unwrap().status, Status::Done);
    assert_eq!(of_flow("order-to-cash").await, None, "an execution is one event in one flow");
    let metadata = Held::of(&world.sandbox, &seeded).metadata;
    assert_eq!(
        (&metadata["magentoorderid"], &metadata["tb_store"]),
        (&json!("000000042"), &json!("1")),
        "{metadata}"
    );
}
