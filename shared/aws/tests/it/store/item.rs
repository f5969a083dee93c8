//! Single items.

use std::collections::BTreeMap;

use flow::{Key, Store, Write};
use serde_json::json;

use super::{attributes, invalid, put, read};

pub(super) async fn is_read_as_written(store: &dyn Store) {
    let key = Key::new("read", "-");
    assert_eq!(store.get(&key).await, Ok(None));
    let value = json!({
        "text": "ä \u{1F600} \"quoted\"", "empty": "", "zero": 0, "low": i64::MIN, "high": i64::MAX, "big": u64::MAX,
        "yes": true, "no": false, "none": null, "list": [1, "x", null, [], {}], "tree": { "a": { "b": [] }, "c.d": {} }
    });
    store.write(vec![put(&key, value.clone(), vec![])]).await.unwrap();
    assert_eq!(read(store, &key).await, Some(value));
}

pub(super) async fn is_replaced_whole(store: &dyn Store) {
    let key = Key::new("replaced", "-");
    store.write(vec![put(&key, json!({ "old": 1, "both": 1 }), vec![])]).await.unwrap();
    store.write(vec![put(&key, json!({ "both": 2 }), vec![])]).await.unwrap();
    assert_eq!(read(store, &key).await, Some(json!({ "both": 2 })));
}

/// Money is text and counts are whole: a fraction is a mistake, and is found by the tests that run in memory.
pub(super) async fn holds_no_float(store: &dyn Store) {
    let key = Key::new("float", "-");
    for value in [json!({ "n": 1.5 }), json!({ "deep": [{ "n": 0.1 }] }), json!({ "n": 1e300 })] {
        invalid(store.write(vec![put(&key, value, vec![])]).await);
    }
    let set = attributes(json!({ "n": 1.5 }));
    let update = Write::Update { key: key.clone(), set, add: BTreeMap::new(), remove: vec![], when: vec![] };
    invalid(store.write(vec![update]).await);
    assert_eq!(store.get(&key).await, Ok(None));
}

pub(super) async fn is_found_in_its_partition(store: &dyn Store) {
    assert_eq!(store.partition("partition").await, Ok(vec![]));
    let sort_keys = ["step#b", "-", "event#10", "event", "event#2", "step#a.0.x", "é"];
    for sk in sort_keys {
        store.write(vec![put(&Key::new("partition", sk), json!({ "sk_is": sk }), vec![])]).await.unwrap();
    }
    for other in ["partition#2", "partitio", "partition ", "Partition"] {
        store.write(vec![put(&Key::new(other, "-"), json!({}), vec![])]).await.unwrap();
    }
    let found = store.partition("partition").await.unwrap();
    let mut expected = sort_keys.to_vec();
    expected.sort_unstable();
    assert_eq!(found.iter().map(|item| item.key.sk.as_str()).collect::<Vec<_>>(), expected);
    assert!(found.iter().all(|item| item.attributes["sk_is"] == item.key.sk.as_str()));
}

pub(super) async fn is_updated_in_parts(store: &dyn Store) {
    let key = Key::new("updated", "-");
    let update = |set, add: &[(&str, i64)], remove: &[&str]| Write::Update {
        key: key.clone(),
        set: attributes(set),
        add: add.iter().map(|(name, by)| ((*name).to_owned(), *by)).collect(),
        remove: remove.iter().map(|name| (*name).to_owned()).collect(),
        when: vec![],
    };
    // What is not there is made; what is not a number yet counts as 0.
    store
        .write(vec![update(json!({ "status": "new", "tree": { "a": 1 } }), &[("count", 2)], &["nothing"])])
        .await
        .unwrap();
    assert_eq!(read(store, &key).await, Some(json!({ "status": "new", "tree": { "a": 1 }, "count": 2 })));
    store
        .write(vec![update(json!({ "size": "x" }), &[("count", -5), ("other", 1)], &["tree"])])
        .await
        .unwrap();
    let expected = json!({ "status": "new", "size": "x", "count": -3, "other": 1 });
    assert_eq!(read(store, &key).await, Some(expected.clone()));
    // Beside another write, as the engine does it.
    let beside = put(&Key::new("updated", "beside"), json!({}), vec![]);
    store
        .write(vec![update(json!({}), &[("count", 3)], &["other", "size", "status"]), beside])
        .await
        .unwrap();
    assert_eq!(read(store, &key).await, Some(json!({ "count": 0 })));
}

pub(super) async fn is_deleted(store: &dyn Store) {
    let key = Key::new("deleted", "-");
    let delete = || Write::Delete { key: key.clone(), when: vec![] };
    store.write(vec![put(&key, json!({ "a": 1 }), vec![])]).await.unwrap();
    store.write(vec![delete()]).await.unwrap();
    assert_eq!(store.get(&key).await, Ok(None));
    store.write(vec![delete()]).await.unwrap();
}
