//! What a step gives an action, against the action's input schema, as far as it is literal.

use serde_json::Value;

use super::load::Loader;
use super::nearest;
use super::node::{Node, Yaml};
use super::output::resolve;
use super::step::{At, quoted};
use super::value::inside;
use crate::ActionSpec;

impl Loader<'_> {
    /// Checks names and literal values of `with`. An absent `with` is an empty one.
    pub(super) fn check_arguments(&mut self, at: &At<'_>, spec: &ActionSpec) {
        let empty = Node { line: at.node.line, value: Yaml::Map(Vec::new()) };
        let with = at.node.get("with").unwrap_or(&empty);
        let check = Check { root: spec.input.as_value(), action: spec.name.as_str() };
        for (line, message, remedy) in check.value(check.root, with, "with") {
            self.mistake(line, Some(&at.id), message, remedy);
        }
    }
}

type Problem = (u32, String, String);

struct Check<'s> {
    root: &'s Value,
    action: &'s str,
}

impl<'s> Check<'s> {
    fn value(&self, schema: &'s Value, node: &Node, path: &str) -> Vec<Problem> {
        let schema = resolve(self.root, schema);
        if is_computed(node) {
            return Vec::new();
        }
        let alternatives = ["anyOf", "oneOf"].into_iter().find_map(|key| schema.get(key)?.as_array());
        if let Some(alternatives) = alternatives {
            let problems = alternatives.iter().map(|schema| self.value(schema, node, path));
            return problems.min_by_key(Vec::len).unwrap_or_default();
        }
        let mut problems = self.literal(schema, node, path);
        match &node.value {
            Yaml::Map(members) => problems.extend(self.object(schema, node, members, path)),
            Yaml::List(items) => {
                if let Some(of) = schema.get("items") {
                    problems.extend(items.iter().flat_map(|item| self.value(of, item, path)));
                }
            }
            Yaml::Scalar(_) => {}
        }
        problems
    }

    fn object(&self, schema: &'s Value, node: &Node, members: &[(String, Node)], path: &str) -> Vec<Problem> {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return Vec::new() };
        let names: Vec<&str> = properties.keys().map(String::as_str).collect();
        let open = schema.get("additionalProperties").is_some_and(|extra| *extra != Value::Bool(false));
        let mut problems = Vec::new();
        for (name, member) in members {
            match properties.get(name) {
                Some(property) => problems.extend(self.value(property, member, &format!("{path}.{name}"))),
                None if open => {}
                None => {
                    let remedy = match nearest(name, names.iter().copied()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("it takes {}", quoted(&names)),
                    };
                    problems.push((
                        member.line,
                        format!("`{}` takes no `{path}.{name}`", self.action),
                        remedy,
                    ));
                }
            }
        }
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        for name in required.filter_map(Value::as_str).filter(|name| node.get(name).is_none()) {
            let message = format!("`{}` needs `{path}.{name}`", self.action);
            problems.push((node.line, message, "add it".to_owned()));
        }
        problems
    }

    fn literal(&self, schema: &Value, node: &Node, path: &str) -> Vec<Problem> {
        let problem = |message: String, remedy: String| vec![(node.line, message, remedy)];
        let action = self.action;
        let types: Vec<&str> = match schema.get("type") {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let kind = kind(node);
        let fits = |name: &&str| **name == *kind || (**name == *"number" && kind == "integer");
        if !types.is_empty() && !types.iter().any(fits) {
            let message = format!("`{path}` of `{action}` is {kind}");
            return problem(message, format!("it must be {}", types.join(" or ")));
        }
        let value = node.to_json();
        let allowed = schema.get("enum").and_then(Value::as_array);
        let constant = schema.get("const");
        let listed = allowed.is_none_or(|allowed| allowed.contains(&value));
        if listed && constant.is_none_or(|constant| *constant == value) {
            return Vec::new();
        }
        let allowed =
            allowed.into_iter().flatten().chain(constant).map(ToString::to_string).collect::<Vec<_>>();
        let message = format!("`{path}` of `{action}` is {value}");
        problem(message, format!("it must be one of {}", allowed.join(", ")))
    }
}

/// Whether the value is known only when the step runs.
fn is_computed(node: &Node) -> bool {
    match &node.value {
        Yaml::Scalar(Value::String(text)) => inside(text).is_some(),
        Yaml::Map(members) => matches!(&members[..], [(name, _)] if name == "map"),
        Yaml::Scalar(_) | Yaml::List(_) => false,
    }
}

/// The value's type as JSON Schema names it.
fn kind(node: &Node) -> &'static str {
    match &node.value {
        Yaml::Map(_) => "object",
        Yaml::List(_) => "array",
        Yaml::Scalar(Value::Null) => "null",
        Yaml::Scalar(Value::Bool(_)) => "boolean",
        Yaml::Scalar(Value::Number(number)) if number.is_f64() => "number",
        Yaml::Scalar(Value::Number(_)) => "integer",
        Yaml::Scalar(_) => "string",
    }
}
