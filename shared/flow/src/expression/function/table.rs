//! What the pair's settings decide: lookup tables and natural keys.

use canonical::NaturalKey;
use jsonata_core::value::JValue;
use serde_json::Value;

use super::{Failure, count, kind, text};
use crate::expression::convert::{integer, to_jsonata};

/// `$lookup("order_status", key)`: a value of the table `tables.order_status` of the environment file; a key that it
/// does not have is a fault, so that a person adds it. With an object in the table's place it is JSONata's own:
/// the member of that name, or nothing.
pub(super) fn lookup(arguments: &[JValue], connection: &Value) -> Result<JValue, Failure> {
    let [table, key] = count::<2>(arguments)?;
    let key_text = text(key, "key")?;
    if let Some(object) = table.as_object() {
        return Ok(object.get(key_text).cloned().unwrap_or(JValue::Undefined));
    }
    let name = text(table, "table")?;
    let rows = connection.get("tables").and_then(|tables| tables.get(name)).ok_or_else(|| {
        let message =
            format!("the pair has no table `{name}`; add it under `tables` in the environment file");
        Failure::new("unknown_table", message)
    })?;
    rows.get(key_text).map(to_jsonata).ok_or_else(|| {
        let message = format!("the table `{name}` has no row `{key_text}`; add it in the environment file");
        Failure::new("unmapped_value", message)
    })
}

/// `$key("sales_order", id)` → `tb:<account>:sales_order:<id>`: what makes a document one and the same.
pub(super) fn key(arguments: &[JValue], connection: &Value) -> Result<JValue, Failure> {
    let [kind_of, id] = count::<2>(arguments)?;
    let malformed = |message: String| Failure::new("malformed_key", message);
    let kind_of = text(kind_of, "kind")?;
    let id = match id {
        JValue::String(text) if !text.is_empty() => text.to_string(),
        JValue::Number(number) => {
            integer(*number).ok_or_else(|| malformed("its id is no whole number".to_owned()))?.to_string()
        }
        other => return Err(malformed(format!("its id is {}, not a text or a whole number", kind(other)))),
    };
    let account = connection.pointer("/stripe/account").and_then(Value::as_str);
    let account = account.ok_or_else(|| malformed("`$connection.stripe.account` is absent".to_owned()))?;
    let key =
        NaturalKey::try_from(format!("tb:{account}:{kind_of}:{id}")).map_err(|e| malformed(e.to_string()))?;
    Ok(JValue::string(key.as_str()))
}
