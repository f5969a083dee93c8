//! Conditions: what must hold of what is there.

use flow::Condition::{Absent, Any, Below, Equals, Exists, OneOf, Without};
use flow::{Condition, Key, Store, Write};
use serde_json::{Value, json};

use super::{put, read, refused};

pub(super) async fn holds_or_not(store: &dyn Store) {
    let there = Key::new("condition", "there");
    let absent = Key::new("condition", "absent");
    let row = json!({ "status": "running", "fence": 10, "owner": "b", "none": null, "tree": { "a": [1] } });
    store.write(vec![put(&there, row.clone(), vec![])]).await.unwrap();
    let equals = |name, value: Value| vec![Equals(name, value)];
    let below = |name, value: Value| vec![Below(name, value)];
    let one_of = |name, values: &[Value]| vec![OneOf(name, values.to_vec())];
    // Conditions; whether they hold of the row, and of no row.
    let cases: Vec<(Vec<Condition>, bool, bool)> = vec![
        (vec![Absent], false, true),
        (vec![Exists], true, false),
        (equals("status", json!("running")), true, false),
        (equals("status", json!("done")), false, false),
        (equals("fence", json!(10)), true, false),
        (equals("fence", json!("10")), false, false),
        (equals("tree", json!({ "a": [1] })), true, false),
        (equals("tree", json!({ "a": [2] })), false, false),
        (below("fence", json!(11)), true, false),
        (below("fence", json!(10)), false, false),
        // By value, not by text: 9 is below 10.
        (below("fence", json!(9)), false, false),
        (below("fence", json!(100)), true, false),
        (below("fence", json!(-1)), false, false),
        (below("owner", json!("c")), true, false),
        (below("owner", json!("b")), false, false),
        (below("owner", json!("B")), false, false),
        (below("owner", json!(7)), false, false),
        (below("nowhere", json!(7)), false, false),
        (one_of("status", &[json!("waiting"), json!("running")]), true, false),
        (one_of("status", &[json!("waiting")]), false, false),
        (one_of("nowhere", &[json!("waiting")]), false, false),
        (vec![Without("nowhere")], true, true),
        (vec![Without("status")], false, true),
        (vec![Without("none")], false, true),
        (vec![Any(vec![Absent, Equals("fence", json!(10))])], true, true),
        (vec![Any(vec![Equals("fence", json!(1)), Equals("status", json!("done"))])], false, false),
        (vec![Exists, Equals("fence", json!(10)), Without("nowhere")], true, false),
        (vec![Exists, Equals("fence", json!(10)), Without("status")], false, false),
        (
            vec![Any(vec![Without("owner"), Below("fence", json!(11))]), Equals("owner", json!("b"))],
            true,
            false,
        ),
        (vec![Any(vec![Absent, Any(vec![Equals("owner", json!("x")), Exists])])], true, true),
    ];
    for (when, of_row, of_none) in cases {
        for (key, holds) in [(&there, of_row), (&absent, of_none)] {
            // Writes that leave things as they are.
            let same = if *key == there {
                put(key, row.clone(), when.clone())
            } else {
                Write::Delete { key: key.clone(), when: when.clone() }
            };
            let beside = put(&Key::new("condition", "beside"), json!({}), vec![]);
            let written = store.write(vec![beside, same]).await;
            assert_eq!(written.is_ok(), holds, "{when:?} of {}: {written:?}", key.sk);
        }
    }
}

pub(super) async fn shows_what_is_there(store: &dyn Store) {
    let key = Key::new("shown", "-");
    let absent = refused(store.write(vec![put(&key, json!({ "a": 1 }), vec![Exists])]).await);
    assert_eq!(absent, (0, None));
    store.write(vec![put(&key, json!({ "a": 1 }), vec![Absent])]).await.unwrap();
    let there = refused(store.write(vec![put(&key, json!({ "a": 2 }), vec![Absent])]).await);
    assert_eq!(there, (0, Some(json!({ "a": 1 }))));
    // In a transaction as well, and by the number of the write.
    let beside = put(&Key::new("shown", "beside"), json!({}), vec![]);
    let there = refused(store.write(vec![beside, put(&key, json!({ "a": 2 }), vec![Absent])]).await);
    assert_eq!(there, (1, Some(json!({ "a": 1 }))));
}

pub(super) async fn stands_on_every_write(store: &dyn Store) {
    let key = Key::new("every", "-");
    store.write(vec![put(&key, json!({ "fence": 1 }), vec![])]).await.unwrap();
    let writes = |fence: i64| {
        let when = vec![Equals("fence", json!(fence))];
        let set = super::attributes(json!({ "fence": 2 }));
        [
            put(&key, json!({ "fence": 2 }), when.clone()),
            Write::Update { key: key.clone(), set, add: [].into(), remove: vec![], when: when.clone() },
            Write::Delete { key: key.clone(), when },
        ]
    };
    for write in writes(7) {
        assert_eq!(refused(store.write(vec![write]).await), (0, Some(json!({ "fence": 1 }))));
    }
    for write in writes(1) {
        store.write(vec![write]).await.unwrap();
        assert_ne!(read(store, &key).await, Some(json!({ "fence": 1 })));
        store.write(vec![put(&key, json!({ "fence": 1 }), vec![])]).await.unwrap();
    }
}
