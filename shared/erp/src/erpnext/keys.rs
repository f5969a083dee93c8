//! The natural key is a field of our own, `custom_tb_key`: which document has a key, and which key has a document.

use std::collections::BTreeMap;

use canonical::NaturalKey;
use serde::Deserialize;
use serde_json::json;

use super::desk::{Desk, Named};
use crate::Error;
use crate::document::Kind;

/// The field.
pub(super) const KEY: &str = "custom_tb_key";
/// What an order, or a payment that is a journal, was made of: what ERPNext has no place for.
pub(super) const CONTENT: &str = "custom_tb_content";
/// Times that a document was amended which are followed.
const AMENDED_MAX: usize = 5;

/// The doctype of a kind.
pub(super) const fn doctype(kind: Kind) -> &'static str {
    match kind {
        Kind::Customer => "Customer",
        Kind::Item => "Item",
        Kind::Order => "Sales Order",
        Kind::Invoice | Kind::CreditNote => "Sales Invoice",
        Kind::Payment => "Payment Entry",
        Kind::Journal => "Journal Entry",
    }
}

#[derive(Deserialize)]
struct Keyed {
    name: String,
    #[serde(default, rename = "custom_tb_key")]
    key: Option<String>,
}

/// The names of all documents of a key, oldest first: drafts, submitted and cancelled ones. Amending copies no key, so that what a
/// cancelled one was amended to counts as well.
pub(super) async fn names(desk: &Desk, kind: Kind, key: &NaturalKey) -> Result<Vec<String>, Error> {
    let doctype = doctype(kind);
    let found: Vec<Status> = desk.list(doctype, &[json!([KEY, "=", key])], &["name", "docstatus"]).await?;
    let mut names: Vec<String> = found.iter().map(|row| row.name.clone()).collect();
    let mut cancelled: Vec<String> =
        found.into_iter().filter(|row| row.docstatus == 2).map(|row| row.name).collect();
    for _ in 0..AMENDED_MAX {
        if cancelled.is_empty() {
            break;
        }
        let from: Vec<&str> = cancelled.iter().map(String::as_str).collect();
        let amended: Vec<Status> =
            desk.list_in(doctype, "amended_from", &from, &["name", "docstatus"]).await?;
        cancelled = amended.iter().filter(|row| row.docstatus == 2).map(|row| row.name.clone()).collect();
        names.extend(amended.into_iter().map(|row| row.name));
    }
    Ok(names)
}

#[derive(Deserialize)]
struct Status {
    name: String,
    docstatus: u8,
}

/// The name of the document of a key; where there are two, of the oldest.
pub(super) async fn name(desk: &Desk, kind: Kind, key: &NaturalKey) -> Result<Option<String>, Error> {
    let filters = [json!([KEY, "=", key]), json!(["docstatus", "<", 2])];
    let found: Vec<Named> = desk.list(doctype(kind), &filters, &["name"]).await?;
    Ok(found.into_iter().next().map(|row| row.name))
}

/// The name of each key.
pub(super) async fn names_of(
    desk: &Desk,
    kind: Kind,
    keys: &[&str],
) -> Result<BTreeMap<String, String>, Error> {
    let rows: Vec<Keyed> = desk.list_in(doctype(kind), KEY, keys, &["name", KEY]).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.key?, row.name))).collect())
}

/// The key of each name; what has none was not made by us.
pub(super) async fn keys_of(
    desk: &Desk,
    kind: Kind,
    names: &[&str],
) -> Result<BTreeMap<String, String>, Error> {
    let rows: Vec<Keyed> = desk.list_in(doctype(kind), "name", names, &["name", KEY]).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.name, row.key?))).collect())
}

/// The key of one name.
pub(super) async fn key_of(desk: &Desk, kind: Kind, name: &str) -> Result<Option<String>, Error> {
    Ok(keys_of(desk, kind, &[name]).await?.remove(name))
}
