//! Search by query (docs.stripe.com/search): `email:'a@b.c' AND metadata['order']:'1'`.

use serde_json::{Value, json};

use super::books::Books;
use super::error::Refusal;
use super::expand;
use super::form::Form;
use crate::reply::Incoming;

/// Answers a search of one kind.
pub(crate) fn search(books: &mut Books, incoming: &Incoming, kind: &str) -> Result<Value, Refusal> {
    let form = Form::read(incoming, &["query", "limit", "page"])?;
    let query = form.text("query").ok_or_else(|| {
        Refusal::invalid("parameter_missing", Some("query"), "Missing required param: query.")
    })?;
    let limit = form.integer("limit")?.unwrap_or(10).clamp(1, 100);
    let from = form.integer("page")?.unwrap_or(0).max(0);
    let (limit, from) = (usize::try_from(limit).unwrap_or(10), usize::try_from(from).unwrap_or(0));
    // All of some, or any of some: Stripe takes no mixture.
    let is_any = query.contains(" OR ");
    if is_any && query.contains(" AND ") {
        let message = "We were unable to parse your search query: AND and OR cannot be combined.";
        return Err(Refusal::invalid("", Some("query"), message));
    }
    let clauses = query.split(if is_any { " OR " } else { " AND " }).map(clause);
    let clauses: Vec<(String, String)> = clauses.collect::<Result<_, _>>()?;
    let mut rows = books.newest_first_at(kind, incoming.view);
    rows.retain(|row| {
        let mut hits = clauses.iter().map(|(pointer, wanted)| holds(row, pointer, wanted));
        if is_any { hits.any(|hit| hit) } else { hits.all(|hit| hit) }
    });
    let more = rows.len() > from + limit;
    let data: Vec<Value> = rows.into_iter().skip(from).take(limit).collect();
    let page = json!({
        "object": "list",
        "url": incoming.path,
        "has_more": more,
        "next_page": more.then(|| (from + limit).to_string()),
        "data": data,
    });
    expand::expand(books, page, &form.list("expand"), incoming.view)
}

/// `field:'value'` as a JSON pointer and the value.
fn clause(text: &str) -> Result<(String, String), Refusal> {
    let wrong = || {
        let message = format!("We were unable to parse your search query: {text}");
        Refusal::invalid("", Some("query"), message)
    };
    let (field, value) = text.trim().split_once(':').ok_or_else(wrong)?;
    let quoted = value.trim();
    let value = ['\'', '"']
        .into_iter()
        .find_map(|quote| quoted.strip_prefix(quote)?.strip_suffix(quote))
        .ok_or_else(wrong)?
        .replace("\\'", "'");
    let field = field.trim();
    let pointer = match field.strip_prefix("metadata[").and_then(|rest| rest.strip_suffix(']')) {
        Some(key) => {
            let key = key.trim_matches(['\'', '"']);
            format!("/metadata/{}", key.replace('~', "~0").replace('/', "~1"))
        }
        None if matches!(field, "email" | "name" | "phone" | "currency" | "status" | "customer") => {
            format!("/{field}")
        }
        None => return Err(wrong()),
    };
    Ok((pointer, value))
}

fn holds(row: &Value, pointer: &str, wanted: &str) -> bool {
    row.pointer(pointer).and_then(Value::as_str).is_some_and(|text| text.eq_ignore_ascii_case(wanted))
}
