//! JSON in and out of JSONata, whose numbers are binary floats.

use jsonata_core::value::{JArray, JValue};
use serde_json::{Map, Number, Value};

/// The largest integer that a binary float holds with all its neighbours: 2^53 - 1.
const INTEGER_MAX: u64 = (1 << 53) - 1;

/// Numbers of JSON become binary floats there, as JSONata has no others; integers that a float cannot hold become
/// text, so that an id is never silently another one.
pub(super) fn to_jsonata(value: &Value) -> JValue {
    match value {
        Value::Null => JValue::Null,
        Value::Bool(bool) => JValue::Bool(*bool),
        Value::Number(number) => number_to_jsonata(number),
        Value::String(text) => JValue::string(text.as_str()),
        Value::Array(items) => JValue::Array(JArray::new(items.iter().map(to_jsonata).collect())),
        Value::Object(map) => {
            JValue::object(map.iter().map(|(name, value)| (name.clone(), to_jsonata(value))).collect())
        }
    }
}

fn number_to_jsonata(number: &Number) -> JValue {
    let too_large = match (number.as_u64(), number.as_i64()) {
        (Some(n), _) => n > INTEGER_MAX,
        (None, Some(n)) => n.unsigned_abs() > INTEGER_MAX,
        (None, None) => false,
    };
    match number.as_f64() {
        Some(float) if !too_large => JValue::Number(float),
        _ => JValue::string(number.to_string()),
    }
}

/// What JSON has no form for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("its value is {0}, which is no JSON")]
pub(super) struct NoJson(&'static str);

/// `None` where JSONata says that there is nothing. Whole numbers become integers; members that are nothing are left
/// out.
pub(super) fn from_jsonata(value: &JValue) -> Result<Option<Value>, NoJson> {
    Ok(Some(match value {
        JValue::Undefined => return Ok(None),
        JValue::Null => Value::Null,
        JValue::Bool(bool) => Value::Bool(*bool),
        JValue::Number(number) => Value::Number(number_from_jsonata(*number)?),
        JValue::String(text) => Value::String(text.to_string()),
        JValue::Array(items) => Value::Array(
            items.iter().map(from_jsonata).filter_map(Result::transpose).collect::<Result<_, _>>()?,
        ),
        JValue::Object(map) => {
            let mut object = Map::new();
            for (name, member) in map.iter() {
                if let Some(member) = from_jsonata(member)? {
                    object.insert(name.clone(), member);
                }
            }
            Value::Object(object)
        }
        JValue::Lambda(_) | JValue::Builtin { .. } => return Err(NoJson("a function")),
        JValue::Regex { .. } => return Err(NoJson("a regular expression")),
    }))
}

fn number_from_jsonata(number: f64) -> Result<Number, NoJson> {
    if let Some(integer) = integer(number) {
        return Ok(Number::from(integer));
    }
    Number::from_f64(number).ok_or(NoJson("not a finite number"))
}

/// The integer that a float is, where it is one without doubt.
#[expect(clippy::cast_possible_truncation, reason = "whole and at most 2^53")]
pub(super) fn integer(number: f64) -> Option<i64> {
    let integer = number as i64;
    let whole = number.fract() == 0.0 && integer.unsigned_abs() <= INTEGER_MAX;
    whole.then_some(integer)
}
