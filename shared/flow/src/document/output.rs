//! What expressions read from a step's output, against the action's output schema.

use serde_json::Value;

use super::nearest;

/// Deepest nesting of references that is followed.
const REFERENCES_MAX: usize = 16;

/// A field that an output does not have.
pub(super) struct NoField {
    /// The field.
    pub(super) name: String,
    /// What was probably meant, or what there is.
    pub(super) remedy: String,
}

/// Follows the names of fields as JSONata does: through lists as well. Where the schema says nothing, all is well.
pub(super) fn check(root: &Value, fields: &[String]) -> Result<(), NoField> {
    walk(root, root, fields)
}

fn walk(root: &Value, schema: &Value, fields: &[String]) -> Result<(), NoField> {
    let [name, rest @ ..] = fields else { return Ok(()) };
    let schema = resolve(root, schema);
    let alternatives = ["anyOf", "oneOf"].into_iter().find_map(|key| schema.get(key)?.as_array());
    if let Some(alternatives) = alternatives {
        let mut refused = None;
        for alternative in alternatives.iter().filter(|schema| !is_null(schema)) {
            match walk(root, alternative, fields) {
                Ok(()) => return Ok(()),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        return refused.map_or(Ok(()), Err);
    }
    if let Some(items) = schema.get("items") {
        return walk(root, items, fields);
    }
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return match schema.get("additionalProperties") {
            Some(values) => walk(root, values, rest),
            None => Ok(()),
        };
    };
    match (properties.get(name), schema.get("additionalProperties")) {
        (Some(property), _) => walk(root, property, rest),
        (None, Some(extra)) if *extra != Value::Bool(false) => Ok(()),
        (None, _) => {
            let names: Vec<&str> = properties.keys().map(String::as_str).collect();
            let remedy = match nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it has {}", super::step::quoted(&names)),
            };
            Err(NoField { name: name.clone(), remedy })
        }
    }
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|name| name == "null")
}

/// The schema that a reference leads to.
pub(super) fn resolve<'s>(root: &'s Value, schema: &'s Value) -> &'s Value {
    let mut schema = schema;
    for _ in 0..REFERENCES_MAX {
        let target = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix('#'));
        match target.and_then(|path| root.pointer(path)) {
            Some(target) => schema = target,
            None => break,
        }
    }
    schema
}
