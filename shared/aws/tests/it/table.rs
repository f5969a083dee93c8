//! What is asked of DynamoDB, and what its refusals mean.

use std::collections::BTreeMap;

use aws::Table;
use flow::{Attributes, Class, Condition, Index, Item, Key, Store, StoreError, Write};
use serde_json::{Value, json};

use crate::world::{TABLE, World};

fn attributes(value: Value) -> Attributes {
    serde_json::from_value(value).unwrap()
}

fn put(sk: &str, value: Value, when: Vec<Condition>) -> Write {
    Write::Put { item: Item { key: Key::new("X", sk), attributes: attributes(value) }, when }
}

/// Half the price of a transaction of one.
#[tokio::test]
async fn one_put_is_a_put() {
    let world = World::new().await;
    let when = vec![
        Condition::Any(vec![Condition::Absent, Condition::Below("lease_until", json!(7))]),
        Condition::OneOf("status", vec![json!("waiting"), json!("queued")]),
        Condition::Without("parked"),
    ];
    let _refused =
        world.table().write(vec![put("-", json!({ "fence": 1, "text": "x", "none": null }), when)]).await;
    let [asked] = world.cloud.asked_to("PutItem").try_into().unwrap();
    assert_eq!(
        asked,
        json!({
            "TableName": TABLE,
            "Item": {
                "pk": { "S": "X" }, "sk": { "S": "-" }, "fence": { "N": "1" }, "text": { "S": "x" }, "none": { "NULL": true }
            },
            "ConditionExpression":
                "(attribute_not_exists(pk) OR #n0 < :v0) AND #n1 IN (:v1, :v2) AND attribute_not_exists(#n2)",
            "ExpressionAttributeNames": { "#n0": "lease_until", "#n1": "status", "#n2": "parked" },
            "ExpressionAttributeValues": { ":v0": { "N": "7" }, ":v1": { "S": "waiting" }, ":v2": { "S": "queued" } },
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD"
        })
    );
}

#[tokio::test]
async fn all_else_is_a_transaction() {
    let world = World::new().await;
    let writes = vec![
        put("-", json!({ "fence": 1 }), vec![]),
        Write::Update {
            key: Key::new("X", "names"),
            set: attributes(json!({ "order": "42" })),
            add: BTreeMap::from([("count".to_owned(), 2)]),
            remove: vec!["old".to_owned()],
            when: vec![Condition::Without("closed")],
        },
        Write::Delete { key: Key::new("X", "gone"), when: vec![Condition::Absent] },
    ];
    world.table().write(writes).await.unwrap();
    let [mut asked] = world.cloud.asked_to("TransactWriteItems").try_into().unwrap();
    assert!(asked["ClientRequestToken"].take().is_string(), "a repeat of the same request is not done twice");
    let key = |pk: &str, sk: &str| json!({ "pk": { "S": pk }, "sk": { "S": sk } });
    assert_eq!(
        asked["TransactItems"],
        json!([
            { "Put": {
                "TableName": TABLE, "Item": { "pk": { "S": "X" }, "sk": { "S": "-" }, "fence": { "N": "1" } },
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD"
            } },
            { "Update": {
                "TableName": TABLE, "Key": key("X", "names"), "UpdateExpression": "SET #n1 = :v0 ADD #n2 :v1 REMOVE #n3",
                "ConditionExpression": "attribute_not_exists(#n0)",
                "ExpressionAttributeNames": { "#n0": "closed", "#n1": "order", "#n2": "count", "#n3": "old" },
                "ExpressionAttributeValues": { ":v0": { "S": "42" }, ":v1": { "N": "2" } },
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD"
            } },
            { "Delete": {
                "TableName": TABLE, "Key": key("X", "gone"), "ConditionExpression": "attribute_not_exists(pk)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD"
            } },
        ])
    );
}

/// What decides a claim is read as it is now; an index cannot be.
#[tokio::test]
async fn reads_are_consistent_where_they_can_be() {
    let world = World::new().await;
    let table = world.table();
    table.get(&Key::new("X", "-")).await.unwrap();
    table.partition("X").await.unwrap();
    table.index(Index::ByEntity, "main#order:42", None, 0).await.unwrap();
    assert_eq!(world.cloud.asked_to("GetItem")[0]["ConsistentRead"], json!(true));
    let queries = world.cloud.asked_to("Query");
    assert_eq!(queries[0]["ConsistentRead"], json!(true));
    assert_eq!((&queries[1]["IndexName"], &queries[1]["Limit"]), (&json!("GSI2"), &json!(1)));
    assert!(queries[1].get("ConsistentRead").is_none());
}

#[tokio::test]
async fn a_missing_table_is_named() {
    let world = World::new().await;
    let table = Table::new(&world.config, "tillbridge-nowhere");
    for error in
        [table.probe().await.unwrap_err(), table.write(vec![put("-", json!({}), vec![])]).await.unwrap_err()]
    {
        let StoreError::Unavailable { class, message } = &error else { panic!("{error:?}") };
        assert_eq!(*class, Class::NotFound);
        assert!(message.contains("tillbridge-nowhere"), "{message}");
    }
    world.table().probe().await.unwrap();
}

#[tokio::test]
async fn refusals_have_classes() {
    let cancelled = |codes: &[&str]| {
        let reasons: Vec<Value> = codes.iter().map(|code| json!({ "Code": code })).collect();
        (
            400,
            json!({ "__type": "x#TransactionCanceledException", "message": "no", "CancellationReasons": reasons }),
        )
    };
    let named = |status, code: &str| (status, json!({ "__type": format!("x#{code}"), "message": "no" }));
    let cases = [
        (named(400, "ProvisionedThroughputExceededException"), Class::Throttled),
        (named(400, "ThrottlingException"), Class::Throttled),
        (named(400, "RequestLimitExceeded"), Class::Throttled),
        (named(400, "AccessDeniedException"), Class::Auth),
        (named(400, "UnrecognizedClientException"), Class::Auth),
        (named(400, "ExpiredTokenException"), Class::Auth),
        (named(400, "TransactionInProgressException"), Class::Transient),
        (named(400, "ValidationException"), Class::Validation),
        (named(500, "InternalServerError"), Class::Transient),
        (named(503, "ServiceUnavailable"), Class::Transient),
        ((502, json!("<html>")), Class::Transient),
        (cancelled(&["ThrottlingError", "None"]), Class::Transient),
        (cancelled(&["None", "ValidationError"]), Class::Validation),
    ];
    for ((status, body), expected) in cases {
        let world = World::new().await;
        world.cloud.fail_next("TransactWriteItems", status, body.clone());
        let writes = vec![put("-", json!({}), vec![]), put("event", json!({}), vec![])];
        match world.table().write(writes).await {
            Err(StoreError::Unavailable { class, message }) => {
                assert_eq!(class, expected, "{body}");
                assert!(message.contains(TABLE), "{message}");
            }
            other => panic!("{body}: {other:?}"),
        }
    }
}

/// Two that learn a name of one order meet at its row: the second waits a moment and goes through.
#[tokio::test]
async fn a_transaction_that_meets_another_is_tried_again_and_not_for_ever() {
    let reasons = json!([{ "Code": "None" }, { "Code": "TransactionConflict" }]);
    let body = json!({ "__type": "x#TransactionCanceledException", "message": "no", "CancellationReasons": reasons });
    let writes = || vec![put("-", json!({}), vec![]), put("event", json!({}), vec![])];
    for (conflicts, goes_through) in [(1, true), (3, true), (4, false)] {
        let world = World::new().await;
        for _ in 0..conflicts {
            world.cloud.fail_next("TransactWriteItems", 400, body.clone());
        }
        match world.table().write(writes()).await {
            Ok(()) => assert!(goes_through, "{conflicts}"),
            Err(StoreError::Unavailable { class: Class::Conflict, .. }) => {
                assert!(!goes_through, "{conflicts}");
            }
            Err(other) => panic!("{other:?}"),
        }
        let tries = world.cloud.asked_to("TransactWriteItems").len();
        assert_eq!(tries, if goes_through { conflicts + 1 } else { conflicts });
    }
}

/// Another transaction was at work on one item, and another item is not as wanted: only the second is news.
#[tokio::test]
async fn a_condition_among_other_reasons_is_a_refusal() {
    let world = World::new().await;
    let current = json!({ "pk": { "S": "X" }, "sk": { "S": "event" }, "fence": { "N": "9" } });
    let reasons =
        json!([{ "Code": "TransactionConflict" }, { "Code": "ConditionalCheckFailed", "Item": current }]);
    let body = json!({ "__type": "x#TransactionCanceledException", "message": "no", "CancellationReasons": reasons });
    world.cloud.fail_next("TransactWriteItems", 400, body);
    let writes = vec![put("-", json!({}), vec![]), put("event", json!({}), vec![Condition::Absent])];
    let refused = world.table().write(writes).await.unwrap_err();
    let item = Item { key: Key::new("X", "event"), attributes: attributes(json!({ "fence": 9 })) };
    assert_eq!(refused, StoreError::Refused { write: 1, current: Some(item) });
}

#[tokio::test]
async fn what_is_too_large_or_strange_is_invalid_and_what_does_not_answer_is_not() {
    let world = World::new().await;
    let large = json!({ "body": "x".repeat(410_000) });
    match world.table().write(vec![put("-", large, vec![])]).await {
        Err(StoreError::Unavailable { class: Class::Validation, .. }) => {}
        other => panic!("{other:?}"),
    }
    let strange = json!({ "Item": { "pk": { "S": "X" }, "sk": { "S": "-" }, "set": { "SS": ["a"] } } });
    world.cloud.fail_next("GetItem", 200, strange);
    let error = world.table().get(&Key::new("X", "-")).await.unwrap_err();
    assert!(matches!(&error, StoreError::Malformed { message, .. } if message.contains("`set`")), "{error}");

    let config = crate::world::config("http://127.0.0.1:9").await;
    match Table::new(&config, TABLE).get(&Key::new("X", "-")).await {
        Err(StoreError::Unavailable { class: Class::Transient, message }) => {
            assert!(message.contains("did not answer"), "{message}");
        }
        other => panic!("{other:?}"),
    }
}
