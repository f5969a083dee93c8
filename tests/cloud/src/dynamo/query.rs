//! `Query`: a partition of the table or of an index, a page at a time.

use serde_json::{Value, json};

use super::expression::Expression;
use super::{Item, Table};
use crate::refusal::Refusal;

/// The keys of the table or an index.
fn keys(index: Option<&str>) -> Result<[&'static str; 2], Refusal> {
    match index {
        None => Ok(["pk", "sk"]),
        Some("GSI1") => Ok(["gsi1pk", "gsi1sk"]),
        Some("GSI2") => Ok(["gsi2pk", "gsi2sk"]),
        Some(other) => Err(Refusal::invalid(format!("The table does not have the specified index: {other}"))),
    }
}

pub(super) fn query(table: &mut Table, body: &Value) -> Result<Value, Refusal> {
    let index = body["IndexName"].as_str();
    let [pk, sk] = keys(index)?;
    if index.is_some() && body["ConsistentRead"] == true {
        return Err(Refusal::invalid("Consistent reads are not supported on global secondary indexes"));
    }
    let mut expression = Expression::of(body);
    let condition = body["KeyConditionExpression"].as_str().unwrap_or_default();
    // Read once for a table without items.
    expression.holds(condition, None)?;
    let mut found = Vec::new();
    for item in table.items.values() {
        if expression.holds(condition, Some(item))? && item.contains_key(sk) {
            found.push(item);
        }
    }
    expression.check_all_used()?;
    let text =
        |item: &Item, name: &str| item.get(name).and_then(|value| value["S"].as_str()).map(str::to_owned);
    let place = |item: &Item| (text(item, sk), text(item, "pk"), text(item, "sk"));
    found.sort_by_key(|item| place(item));
    let backwards = body["ScanIndexForward"] == false;
    if backwards {
        found.reverse();
    }
    if let Some(start) = body["ExclusiveStartKey"].as_object() {
        // The place need not be taken any more, but it must lie in what is asked for.
        if !Expression::of(body).holds(condition, Some(start))? {
            return Err(Refusal::invalid("The provided starting key is outside query boundaries"));
        }
        let names: Vec<&str> = if index.is_some() { vec!["pk", "sk", pk, sk] } else { vec!["pk", "sk"] };
        if start.len() != names.len() || names.iter().any(|name| text(start, name).is_none()) {
            return Err(Refusal::invalid("The provided starting key is invalid"));
        }
        found.retain(|item| if backwards { place(item) < place(start) } else { place(item) > place(start) });
    }
    let limit = body["Limit"].as_u64().and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    let page: Vec<&Item> = found.into_iter().take(limit.min(table.page_items_max)).collect();
    let mut answer = json!({ "Items": page, "Count": page.len(), "ScannedCount": page.len() });
    // A page that is full says where it ended, though nothing may follow.
    if page.len() == limit.min(table.page_items_max)
        && let Some(last) = page.last()
    {
        let names = ["pk", "sk", pk, sk];
        let last: Item = last
            .iter()
            .filter(|(name, _)| names.contains(&name.as_str()))
            .map(|(n, v)| (n.clone(), v.clone()))
            .collect();
        answer["LastEvaluatedKey"] = Value::Object(last);
    }
    Ok(answer)
}
