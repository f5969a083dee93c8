//! Draft, submitted, cancelled; never back.

use serde_json::{Value, json};

use super::store::{BOOKED, Doc, docstatus, is_on, rows, text};
use super::{Refusal, Write, journal, ledger, party, payment, selling};

/// A document's life is that of its doctype.
struct Kind {
    doctype: &'static str,
    series: &'static str,
    is_submittable: bool,
}

fn kind(doctype: &str) -> Result<Kind, Refusal> {
    let (series, is_submittable) = match doctype {
        "Customer" => ("CUST-", false),
        "Item" => ("", false),
        "Sales Order" => ("SAL-ORD-", true),
        "Sales Invoice" => ("ACC-SINV-", true),
        "Payment Entry" => ("ACC-PAY-", true),
        "Journal Entry" => ("ACC-JV-", true),
        _ => return Err(Refusal::new(403, "PermissionError", format!("No permission for {doctype}"))),
    };
    let doctype = BOOKED.into_iter().find(|known| *known == doctype).unwrap_or_default();
    Ok(Kind { doctype, series, is_submittable })
}

/// A new document, a draft or submitted at once: one transaction.
pub(super) fn insert(write: &mut Write<'_>, doctype: &str, mut doc: Doc) -> Result<Doc, Refusal> {
    let kind = kind(doctype)?;
    let name = match doctype {
        "Item" => text(&doc, "item_code").to_owned(),
        _ => write.store.next_name(doctype, kind.series),
    };
    if doctype == "Item" && write.store.get("Item", &name).is_some() {
        return Err(Refusal::new(409, "DuplicateEntryError", format!("Item {name} already exists")));
    }
    let submits = docstatus(&doc) == 1;
    for (field, value) in [("doctype", json!(kind.doctype)), ("name", json!(name)), ("docstatus", json!(0))] {
        doc.insert(field.to_owned(), value);
    }
    // A field that the site does not have is not kept.
    doc.retain(|field, _| {
        !field.starts_with("custom_")
            || write.store.get("Custom Field", &format!("{doctype}-{field}")).is_some()
    });
    name_rows(&mut doc);
    check(write, &mut doc)?;
    check_unique(write, &doc)?;
    if submits {
        doc.insert("docstatus".to_owned(), json!(1));
        submit(write, &doc)?;
    }
    Ok(write.store.put(doc))
}

/// `PUT`: merges the fields; with `docstatus` 1 it submits.
pub(super) fn update(write: &mut Write<'_>, doctype: &str, name: &str, change: Doc) -> Result<Doc, Refusal> {
    kind(doctype)?;
    let doc = write.store.get(doctype, name).ok_or_else(|| Refusal::missing(doctype, name))?;
    let (mut doc, was) = (doc.clone(), docstatus(doc));
    if change.get("modified").is_some_and(|modified| Some(modified) != doc.get("modified")) {
        let message = format!("Error: Document has been modified after you have opened it: {name}");
        return Err(Refusal::new(417, "TimestampMismatchError", message));
    }
    let becomes = change.get("docstatus").and_then(Value::as_u64).unwrap_or(was);
    if was == 2 {
        return Err(Refusal::validation("Cannot edit cancelled document"));
    }
    if was == 1
        && (becomes == 0
            || change.keys().any(|field| !matches!(field.as_str(), "docstatus" | "modified" | "po_no")))
    {
        let message = "Not allowed to change <strong>fields</strong> after submission";
        return Err(Refusal::new(417, "UpdateAfterSubmitError", message));
    }
    if becomes == 2 {
        return cancel(write, doctype, name);
    }
    doc.extend(change.into_iter().filter(|(field, _)| field != "docstatus" && field != "modified"));
    name_rows(&mut doc);
    if was == 0 {
        check(write, &mut doc)?;
        if becomes == 1 {
            doc.insert("docstatus".to_owned(), json!(1));
            submit(write, &doc)?;
        }
    }
    Ok(write.store.put(doc))
}

/// Cancels what nothing submitted points to.
pub(super) fn cancel(write: &mut Write<'_>, doctype: &str, name: &str) -> Result<Doc, Refusal> {
    let doc = write.store.get(doctype, name).ok_or_else(|| Refusal::missing(doctype, name))?;
    let mut doc = doc.clone();
    if docstatus(&doc) != 1 {
        return Err(Refusal::validation("Cannot cancel a document that is not submitted"));
    }
    let link = |other: &Doc| {
        let in_rows = |table, field| rows(other, table).iter().any(|row| text(row, field) == name);
        docstatus(other) == 1
            && (in_rows("items", "sales_order")
                || in_rows("references", "reference_name")
                || text(other, "return_against") == name)
    };
    let linked = ["Sales Invoice", "Payment Entry"]
        .into_iter()
        .flat_map(|kind| write.store.all(kind))
        .find(|other| link(other));
    if let Some(other) = linked {
        let message = format!(
            "Cannot delete or cancel because {doctype} <a href=\"/app\">{name}</a> is linked with {} <a href=\"/app\">{}</a>",
            text(other, "doctype"),
            text(other, "name"),
        );
        return Err(Refusal::new(417, "LinkExistsError", message));
    }
    ledger::cancel(write.store, name);
    doc.insert("docstatus".to_owned(), json!(2));
    Ok(write.store.put(doc))
}

/// Drafts and cancelled documents go.
pub(super) fn delete(write: &mut Write<'_>, doctype: &str, name: &str) -> Result<(), Refusal> {
    let is_submittable = kind(doctype)?.is_submittable;
    let doc = write.store.get(doctype, name).ok_or_else(|| Refusal::missing(doctype, name))?;
    if is_submittable && docstatus(doc) == 1 {
        return Err(Refusal::validation(format!("{doctype} {name}: Submitted Record cannot be deleted.")));
    }
    write.store.remove(doctype, name);
    Ok(())
}

fn check(write: &mut Write<'_>, doc: &mut Doc) -> Result<(), Refusal> {
    match text(doc, "doctype") {
        "Customer" => party::check_customer(write, doc),
        "Item" => party::check_item(write, doc),
        "Sales Order" => selling::check_order(write, doc),
        "Sales Invoice" => selling::check_invoice(write, doc),
        "Payment Entry" => payment::check(write, doc),
        _ => journal::check(write, doc),
    }
}

fn submit(write: &mut Write<'_>, doc: &Doc) -> Result<(), Refusal> {
    let entries = match text(doc, "doctype") {
        "Sales Order" => return Ok(()),
        "Sales Invoice" => selling::entries(write, doc)?,
        "Payment Entry" => payment::entries(write, doc)?,
        _ => journal::entries(write, doc)?,
    };
    ledger::post(write, doc, entries)
}

/// The index counts cancelled documents too. It is off where two writers race past a site without one.
fn check_unique(write: &Write<'_>, doc: &Doc) -> Result<(), Refusal> {
    let (doctype, key) = (text(doc, "doctype"), text(doc, "custom_tb_key"));
    if key.is_empty() || write.race || !write.settings.unique_key {
        return Ok(());
    }
    match write.store.all(doctype).find(|other| text(other, "custom_tb_key") == key) {
        Some(other) => {
            let message = format!("Tillbridge key must be unique: {key} is taken by {}", text(other, "name"));
            Err(Refusal::new(417, "UniqueValidationError", message))
        }
        None => Ok(()),
    }
}

/// Rows of child tables have names and places.
fn name_rows(doc: &mut Doc) {
    let parent = text(doc, "name").to_owned();
    for table in ["items", "taxes", "references", "accounts"] {
        let rows = doc.get_mut(table).and_then(Value::as_array_mut).into_iter().flatten();
        for (index, row) in rows.enumerate() {
            if let Some(row) = row.as_object_mut() {
                row.insert("idx".to_owned(), json!(index + 1));
                row.entry("name").or_insert_with(|| json!(format!("{parent}-{table}-{}", index + 1)));
            }
        }
    }
}

/// A posting day that counts: without `set_posting_time` it is today.
pub(super) fn posting_date(doc: &mut Doc) {
    if !is_on(doc, "set_posting_time") || text(doc, "posting_date").is_empty() {
        let today = crate::clock::now().strftime("%Y-%m-%d").to_string();
        doc.insert("posting_date".to_owned(), json!(today));
    }
}
