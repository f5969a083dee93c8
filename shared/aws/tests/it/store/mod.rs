//! What every store must do, held against each: the engine's rules stand on it, and its tests run over the one in memory.

mod condition;
mod index;
mod item;
mod transaction;

use std::pin::Pin;

use aws::Table;
use flow::memory::MemoryStore;
use flow::{Attributes, Condition, Item, Key, Store, StoreError, Write};
use serde_json::{Value, json};

use crate::world::{TABLE, World, config};

type Case = for<'a> fn(&'a dyn Store) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Every case, by its name. Each works in partitions of its own.
const CASES: &[(&str, Case)] = &[
    ("item::is_read_as_written", |store| Box::pin(item::is_read_as_written(store))),
    ("item::is_replaced_whole", |store| Box::pin(item::is_replaced_whole(store))),
    ("item::holds_no_float", |store| Box::pin(item::holds_no_float(store))),
    ("item::is_found_in_its_partition", |store| Box::pin(item::is_found_in_its_partition(store))),
    ("item::is_updated_in_parts", |store| Box::pin(item::is_updated_in_parts(store))),
    ("item::is_deleted", |store| Box::pin(item::is_deleted(store))),
    ("condition::holds_or_not", |store| Box::pin(condition::holds_or_not(store))),
    ("condition::shows_what_is_there", |store| Box::pin(condition::shows_what_is_there(store))),
    ("condition::stands_on_every_write", |store| Box::pin(condition::stands_on_every_write(store))),
    ("transaction::is_all_or_nothing", |store| Box::pin(transaction::is_all_or_nothing(store))),
    ("transaction::has_its_limits", |store| Box::pin(transaction::has_its_limits(store))),
    ("transaction::may_be_empty", |store| Box::pin(transaction::may_be_empty(store))),
    ("transaction::of_many_racing_for_a_row_one_wins", |store| {
        Box::pin(transaction::of_many_racing_for_a_row_one_wins(store))
    }),
    ("index::is_in_order_and_in_pages", |store| Box::pin(index::is_in_order_and_in_pages(store))),
    ("index::follows_its_items", |store| Box::pin(index::follows_its_items(store))),
    ("index::holds_only_items_with_its_keys", |store| Box::pin(index::holds_only_items_with_its_keys(store))),
];

async fn hold(store: &dyn Store) {
    for (name, case) in CASES {
        println!("{name}");
        case(store).await;
    }
}

#[tokio::test]
async fn the_one_in_memory_does() {
    hold(&MemoryStore::default()).await;
}

#[tokio::test]
async fn the_table_does() {
    hold(&World::new().await.table()).await;
}

/// DynamoDB ends a page at 1 MB, wherever that is.
#[tokio::test]
async fn the_table_does_however_short_its_pages_are() {
    for items_max in [1, 2, 3] {
        let world = World::new().await;
        world.cloud.limit_pages(TABLE, items_max);
        hold(&world.table()).await;
    }
}

/// The same against another DynamoDB, where one is named: its endpoint, and an empty table as `template.yaml` makes it.
#[tokio::test]
async fn another_dynamodb_does() {
    let (Ok(endpoint), Ok(table)) = (std::env::var("AWS_ENDPOINT_URL_DYNAMODB"), std::env::var("TABLE"))
    else {
        println!("skipped: AWS_ENDPOINT_URL_DYNAMODB and TABLE name no other DynamoDB");
        return;
    };
    hold(&Table::new(&config(&endpoint).await, table)).await;
}

fn attributes(value: Value) -> Attributes {
    serde_json::from_value(value).unwrap()
}

fn put(key: &Key, value: Value, when: Vec<Condition>) -> Write {
    Write::Put { item: Item { key: key.clone(), attributes: attributes(value) }, when }
}

/// What stands under a key.
async fn read(store: &dyn Store, key: &Key) -> Option<Value> {
    let item = store.get(key).await.unwrap()?;
    assert_eq!(item.key, *key);
    Some(json!(item.attributes))
}

/// Which write was refused, and what the store says is there.
fn refused(result: Result<(), StoreError>) -> (usize, Option<Value>) {
    match result {
        Err(StoreError::Refused { write, current }) => (write, current.map(|item| json!(item.attributes))),
        other => panic!("not refused: {other:?}"),
    }
}

/// Whether a write that the store cannot take at all is told from one that it could not take just now.
fn invalid(result: Result<(), StoreError>) {
    match result {
        Err(StoreError::Unavailable { class: flow::Class::Validation, .. }) => {}
        other => panic!("not invalid: {other:?}"),
    }
}
