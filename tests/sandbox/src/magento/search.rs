//! Search criteria over top-level columns.
//!
//! Source: `lib/internal/Magento/Framework/Api/SearchCriteria` of magento/magento2.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::refusal::Refusal;

/// Rows of a page where nobody says otherwise.
const PAGE_SIZE: usize = 20;

#[derive(Default)]
struct Filter {
    field: String,
    value: String,
    condition: String,
}

/// The rows that match, as a page: filters of a group are OR, groups are AND.
pub(super) fn search<'a>(
    rows: impl Iterator<Item = &'a Value>,
    query: &[(String, String)],
    columns: &[&str],
) -> Result<Value, Refusal> {
    if !query.iter().any(|(name, _)| name.starts_with("searchCriteria")) {
        let missing = Refusal::new(400, "\"%fieldName\" is required. Enter and try again.");
        return Err(missing.with(json!({ "fieldName": "searchCriteria" })));
    }
    let mut groups: BTreeMap<(String, String), Filter> = BTreeMap::new();
    let (mut size, mut page) = (PAGE_SIZE, 1);
    for (name, value) in query {
        let parts: Vec<&str> = name.split(['[', ']']).filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            ["searchCriteria", "filter_groups" | "filterGroups", group, "filters", filter, what] => {
                let filter = groups.entry(((*group).to_owned(), (*filter).to_owned())).or_default();
                match *what {
                    "field" => filter.field.clone_from(value),
                    "value" => filter.value.clone_from(value),
                    _ => filter.condition.clone_from(value),
                }
            }
            ["searchCriteria", "pageSize" | "page_size"] => size = value.parse().unwrap_or(PAGE_SIZE),
            ["searchCriteria", "currentPage" | "current_page"] => page = value.parse().unwrap_or(1),
            _ => {}
        }
    }
    if groups.values().any(|filter| !columns.contains(&filter.field.as_str())) {
        return Err(Refusal::new(
            500,
            "Internal Error. Details are available in Magento log file. Report ID: webapi-0",
        ));
    }
    let numbers: std::collections::BTreeSet<&String> = groups.keys().map(|(group, _)| group).collect();
    let holds = |row: &Value| {
        numbers.iter().all(|group| {
            groups.iter().filter(|((of, _), _)| of == *group).any(|(_, filter)| matches(row, filter))
        })
    };
    let found: Vec<&Value> = rows.filter(|row| holds(row)).collect();
    let total = found.len();
    let start = size.saturating_mul(page.max(1) - 1);
    let items: Vec<Value> = found.into_iter().skip(start).take(size).cloned().collect();
    Ok(
        json!({ "items": items, "search_criteria": { "page_size": size, "current_page": page }, "total_count": total }),
    )
}

fn matches(row: &Value, filter: &Filter) -> bool {
    let have = match &row[&filter.field] {
        Value::String(text) => text.clone(),
        Value::Null => return filter.condition == "null",
        other => other.to_string(),
    };
    let compared = match (have.parse::<i64>(), filter.value.parse::<i64>()) {
        (Ok(have), Ok(value)) => have.cmp(&value),
        _ => have.cmp(&filter.value),
    };
    match filter.condition.as_str() {
        "" | "eq" => have == filter.value,
        "neq" => have != filter.value,
        "in" => filter.value.split(',').any(|value| value == have),
        "nin" => filter.value.split(',').all(|value| value != have),
        "gt" => compared == Ordering::Greater,
        "gteq" | "from" => compared != Ordering::Less,
        "lt" => compared == Ordering::Less,
        "lteq" | "to" => compared != Ordering::Greater,
        "like" => have.contains(filter.value.trim_matches('%')),
        "notnull" => true,
        _ => false,
    }
}
