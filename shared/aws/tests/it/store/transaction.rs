//! Several writes at once.

use flow::Condition::{Absent, Equals, Exists, Without};
use flow::{Key, Store, Write};
use serde_json::json;

use super::{invalid, put, read, refused};

/// Writes of a transaction: DynamoDB's limit.
const WRITES_MAX: usize = 100;

pub(super) async fn is_all_or_nothing(store: &dyn Store) {
    let [head, step, stop] = ["head", "step", "stop"].map(|sk| Key::new("transaction", sk));
    let writes = || {
        vec![
            put(&head, json!({ "fence": 1 }), vec![Absent]),
            put(&step, json!({ "begun": true }), vec![]),
            put(&stop, json!({ "begun": "X" }), vec![Without("reasons")]),
        ]
    };
    store.write(vec![put(&stop, json!({ "reasons": ["fraud"] }), vec![])]).await.unwrap();
    assert_eq!(refused(store.write(writes()).await), (2, Some(json!({ "reasons": ["fraud"] }))));
    assert_eq!((read(store, &head).await, read(store, &step).await), (None, None));

    store.write(vec![Write::Delete { key: stop.clone(), when: vec![Exists] }]).await.unwrap();
    store.write(writes()).await.unwrap();
    assert_eq!(read(store, &step).await, Some(json!({ "begun": true })));
    // Of two that do not hold, the first is named.
    store.write(vec![put(&stop, json!({ "reasons": ["fraud"] }), vec![])]).await.unwrap();
    assert_eq!(refused(store.write(writes()).await), (0, Some(json!({ "fence": 1 }))));
}

pub(super) async fn has_its_limits(store: &dyn Store) {
    let many = |count: usize| -> Vec<Write> {
        (0..count).map(|n| put(&Key::new("limits", format!("{n:03}")), json!({}), vec![])).collect()
    };
    invalid(store.write(many(WRITES_MAX + 1)).await);
    assert_eq!(store.partition("limits").await, Ok(vec![]));
    store.write(many(WRITES_MAX)).await.unwrap();
    assert_eq!(store.partition("limits").await.unwrap().len(), WRITES_MAX);

    let key = Key::new("limits", "twice");
    let twice = vec![put(&key, json!({}), vec![]), Write::Delete { key: key.clone(), when: vec![Absent] }];
    invalid(store.write(twice).await);
    assert_eq!(read(store, &key).await, None);
}

pub(super) async fn may_be_empty(store: &dyn Store) {
    store.write(vec![]).await.unwrap();
}

/// A claim: whoever writes first raises the version, and all others are refused.
pub(super) async fn of_many_racing_for_a_row_one_wins(store: &dyn Store) {
    let key = Key::new("race", "-");
    store.write(vec![put(&key, json!({ "version": 0 }), vec![])]).await.unwrap();
    for round in 0..5 {
        let claim = |racer: usize| {
            let beside = put(&Key::new("race", format!("{round}#{racer}")), json!({}), vec![]);
            let row = json!({ "version": round + 1, "owner": racer });
            store.write(vec![put(&key, row, vec![Equals("version", json!(round))]), beside])
        };
        let (a, b, c, d) = tokio::join!(claim(0), claim(1), claim(2), claim(3));
        let won: Vec<usize> =
            [a, b, c, d].iter().enumerate().filter(|(_, r)| r.is_ok()).map(|(n, _)| n).collect();
        let [winner] = won.as_slice() else { panic!("round {round}: {won:?} have won") };
        assert_eq!(read(store, &key).await, Some(json!({ "version": round + 1, "owner": winner })));
    }
    assert_eq!(
        store.partition("race").await.unwrap().len(),
        6,
        "what stood beside a lost claim was not written"
    );
}
