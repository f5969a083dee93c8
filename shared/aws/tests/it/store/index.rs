//! The two indexes.

use flow::{Index, Item, Key, Store, Write};
use serde_json::{Value, json};

use super::put;

const PARKED: &str = "main#parked";

fn row(event: &str, status: &str, at: &str) -> Write {
    let attributes = json!({
        "gsi1pk": status, "gsi1sk": format!("{at}#{event}"), "gsi2pk": format!("main#order:{event}"), "gsi2sk": at
    });
    put(&Key::new(format!("X#{event}"), "-"), attributes, vec![])
}

/// All pages; no page is longer than asked for.
async fn all(store: &dyn Store, index: Index, pk: &str, limit: u32) -> Vec<Item> {
    let mut found = Vec::new();
    let mut from = None;
    loop {
        let page = store.index(index, pk, from, limit).await.unwrap();
        assert!(page.items.len() <= usize::try_from(limit).unwrap());
        found.extend(page.items);
        match page.next {
            Some(next) => from = Some(next),
            None => return found,
        }
    }
}

fn names(items: &[Item]) -> Vec<&str> {
    items.iter().map(|item| item.key.pk.trim_start_matches("X#")).collect()
}

pub(super) async fn is_in_order_and_in_pages(store: &dyn Store) {
    for (event, at) in [("c", "3"), ("a", "1"), ("e", "5"), ("b", "2"), ("d", "4")] {
        store.write(vec![row(event, PARKED, at)]).await.unwrap();
    }
    store.write(vec![row("other", "main#done", "0")]).await.unwrap();
    for limit in [1, 2, 5, 100] {
        assert_eq!(
            names(&all(store, Index::ByStatus, PARKED, limit).await),
            ["e", "d", "c", "b", "a"],
            "{limit}"
        );
    }
    let one = all(store, Index::ByEntity, "main#order:c", 10).await;
    assert_eq!(names(&one), ["c"]);
    assert_eq!(one[0].attributes["gsi1pk"], json!(PARKED), "an index shows the whole item");
    assert_eq!(all(store, Index::ByEntity, "main#order:", 10).await, vec![]);
}

/// While an operator reads a list, what stands in it goes on: the next page begins where the last one ended.
pub(super) async fn follows_its_items(store: &dyn Store) {
    let status = "main#waiting";
    for (event, at) in [("p", "1"), ("q", "2"), ("r", "3")] {
        store.write(vec![row(event, status, at)]).await.unwrap();
    }
    let page = store.index(Index::ByStatus, status, None, 2).await.unwrap();
    assert_eq!(names(&page.items)[0], "r");
    let last = page.items.last().unwrap().key.pk.trim_start_matches("X#").to_owned();
    let next = page.next.unwrap();
    store.write(vec![row(&last, "main#done", "9")]).await.unwrap();
    let rest = store.index(Index::ByStatus, status, Some(next), 100).await.unwrap();
    let expected: Vec<&str> = ["r", "q", "p"].into_iter().filter(|event| *event < last.as_str()).collect();
    assert_eq!(names(&rest.items)[..1], expected[..1], "after {last}");
    assert!(!names(&all(store, Index::ByStatus, status, 100).await).contains(&last.as_str()));
    assert!(names(&all(store, Index::ByStatus, "main#done", 100).await).contains(&last.as_str()));
}

pub(super) async fn holds_only_items_with_its_keys(store: &dyn Store) {
    for (sk, attributes) in [
        ("none", json!({})),
        ("half", json!({ "gsi1pk": "main#sparse" })),
        ("both", json!({ "gsi1pk": "main#sparse", "gsi1sk": "1" })),
    ] {
        store.write(vec![put(&Key::new("sparse", sk), attributes, vec![])]).await.unwrap();
    }
    let found = all(store, Index::ByStatus, "main#sparse", 10).await;
    assert_eq!(found.iter().map(|item| Value::from(item.key.sk.as_str())).collect::<Vec<_>>(), ["both"]);
}
