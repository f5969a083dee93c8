//! A folder is a case: `order.json` as a shop sends it, `expected.json` as the flows see it.

use std::path::Path;

use expect_test::expect_file;

use super::{Reader, assert_ties_out, read};
use crate::world::World;

#[tokio::test]
async fn every_case_maps_as_written() {
    let reader = Reader::new().await;
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/orders"));
    let mut cases: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 16);
    for case in cases {
        let name = case.file_name().unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(case.join("order.json")).unwrap();
        let order = reader.read(&text).await.unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
        assert_ties_out(name, &order);
        let shown = serde_json::to_string_pretty(&order).unwrap() + "\n";
        expect_file![case.join("expected.json")].assert_eq(&shown);
        // What is asked for by `fields` is all that is looked at.
        let world = World::new().await;
        let id = world.put(serde_json::from_str(&text).unwrap());
        assert_eq!(read(&world, id).await.unwrap(), order, "{name}");
    }
}
