//! `fields=entity_id,items[sku,qty_ordered]`: only what is named is shown; unknown names are dropped in silence.
//!
//! Source: `lib/internal/Magento/Framework/Webapi/Rest/Response/FieldsFilter.php` of magento/magento2.

use serde_json::{Map, Value};

/// Names, each with what is wanted of it.
#[derive(Debug, Default)]
struct Wanted(Vec<(String, Option<Wanted>)>);

/// What is named of a value.
pub(super) fn filter(value: &Value, fields: &str) -> Value {
    let mut rest = fields;
    let wanted = parse(&mut rest);
    apply(value, &wanted)
}

fn parse(rest: &mut &str) -> Wanted {
    let mut wanted = Wanted::default();
    loop {
        let end = rest.find([',', '[', ']']).unwrap_or(rest.len());
        let name = rest[..end].trim().to_owned();
        *rest = &rest[end..];
        let mut inner = None;
        if let Some(after) = rest.strip_prefix('[') {
            *rest = after;
            inner = Some(parse(rest));
        }
        if !name.is_empty() {
            wanted.0.push((name, inner));
        }
        match rest.chars().next() {
            Some(',') => *rest = &rest[1..],
            Some(']') => {
                *rest = &rest[1..];
                return wanted;
            }
            _ => return wanted,
        }
    }
}

fn apply(value: &Value, wanted: &Wanted) -> Value {
    match value {
        // An empty list has nothing left after the filter, not even itself.
        Value::Array(items) if items.is_empty() => Value::Null,
        Value::Array(items) => items.iter().map(|item| apply(item, wanted)).collect(),
        Value::Object(fields) => {
            let mut shown = Map::new();
            for (name, inner) in &wanted.0 {
                if let Some(field) = fields.get(name) {
                    let field = inner.as_ref().map_or_else(|| field.clone(), |inner| apply(field, inner));
                    shown.insert(name.clone(), field);
                }
            }
            Value::Object(shown)
        }
        other => other.clone(),
    }
}
