//! JSON values as DynamoDB's attribute values.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use flow::{Attributes, Class, Item, Key, StoreError};
use serde_json::{Map, Number, Value};

/// A JSON value as an attribute.
///
/// # Errors
/// A number that is no integer: nothing that we store is one.
pub(super) fn to_attribute(value: Value) -> Result<AttributeValue, StoreError> {
    Ok(match value {
        Value::Null => AttributeValue::Null(true),
        Value::Bool(truth) => AttributeValue::Bool(truth),
        Value::Number(number) if number.is_i64() || number.is_u64() => AttributeValue::N(number.to_string()),
        Value::Number(number) => {
            let message = format!("the number {number} is no integer and cannot be stored; write it as text");
            return Err(StoreError::Unavailable { class: Class::Validation, message });
        }
        Value::String(text) => AttributeValue::S(text),
        Value::Array(items) => {
            AttributeValue::L(items.into_iter().map(to_attribute).collect::<Result<_, _>>()?)
        }
        Value::Object(fields) => AttributeValue::M(
            fields
                .into_iter()
                .map(|(name, value)| Ok((name, to_attribute(value)?)))
                .collect::<Result<_, StoreError>>()?,
        ),
    })
}

/// Attributes with the key among them.
pub(super) fn to_attributes(item: Item) -> Result<HashMap<String, AttributeValue>, StoreError> {
    let mut all = super::key_of(&item.key);
    for (name, value) in item.attributes {
        all.insert(name, to_attribute(value)?);
    }
    Ok(all)
}

/// An item from its attributes.
///
/// # Errors
/// No key among them, or a kind of value that we never write.
pub(super) fn to_item(attributes: HashMap<String, AttributeValue>) -> Result<Item, StoreError> {
    let mut key = Key::new("", "");
    let mut rest = Attributes::new();
    for (name, attribute) in attributes {
        match (name.as_str(), attribute) {
            ("pk", AttributeValue::S(pk)) => key.pk = pk,
            ("sk", AttributeValue::S(sk)) => key.sk = sk,
            (_, attribute) => {
                let value = to_value(attribute).ok_or_else(|| StoreError::Malformed {
                    key: key.to_string(),
                    message: format!("attribute `{name}`"),
                })?;
                rest.insert(name, value);
            }
        }
    }
    Ok(Item { key, attributes: rest })
}

fn to_value(attribute: AttributeValue) -> Option<Value> {
    Some(match attribute {
        AttributeValue::Null(_) => Value::Null,
        AttributeValue::Bool(truth) => Value::Bool(truth),
        AttributeValue::N(text) => Value::Number(
            text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from)).ok()?,
        ),
        AttributeValue::S(text) => Value::String(text),
        AttributeValue::L(items) => Value::Array(items.into_iter().map(to_value).collect::<Option<_>>()?),
        AttributeValue::M(fields) => {
            let mut object = Map::new();
            for (name, attribute) in fields {
                object.insert(name, to_value(attribute)?);
            }
            Value::Object(object)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_item_is_read_as_it_was_written() {
        let attributes = json!({
            "status": "done", "fence": 3, "big": u64::MAX, "none": null, "flag": true, "list": [1, "x", { "y": [] }]
        });
        let item =
            Item { key: Key::new("X#main", "-"), attributes: serde_json::from_value(attributes).unwrap() };
        assert_eq!(to_item(to_attributes(item.clone()).unwrap()), Ok(item));
    }

    #[test]
    fn a_float_is_refused() {
        assert!(to_attribute(json!(1.5)).is_err());
    }
}
