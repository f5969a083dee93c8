//! The event as the table holds it: its text, in as many items as it needs.

use std::collections::BTreeMap;

use serde_json::Value;

use super::key::{EVENT_CHUNK_BYTES_MAX, event_keys};
use crate::Item;

/// The items that hold an event. At least one.
pub(crate) fn event_items(pk: &str, body: &str) -> Vec<Item> {
    let chunks = chunks(body);
    let keys = event_keys(pk, chunks.len()).into_iter();
    keys.zip(chunks)
        .map(|(key, chunk)| Item {
            key,
            attributes: BTreeMap::from([("body".to_owned(), Value::from(chunk))]),
        })
        .collect()
}

/// The text in pieces that an item holds, cut between characters. At least one.
fn chunks(body: &str) -> Vec<&str> {
    let mut rest = body;
    let mut chunks = Vec::new();
    while rest.len() > EVENT_CHUNK_BYTES_MAX {
        let cut =
            (0..=EVENT_CHUNK_BYTES_MAX).rev().find(|&at| rest.is_char_boundary(at)).unwrap_or(rest.len());
        let (chunk, tail) = rest.split_at(cut);
        chunks.push(chunk);
        rest = tail;
    }
    chunks.push(rest);
    chunks
}
