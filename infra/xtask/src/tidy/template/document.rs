//! The template as data. CloudFormation's short functions (`!Ref X`) become their bare arguments: the rules ask what is named,
//! not how.

use anyhow::{Context, Result};
use serde_json::Value;

/// A parsed template.
pub(crate) struct Template(Value);

/// A resource.
#[derive(Clone, Copy)]
pub(crate) struct Resource<'a> {
    pub(crate) id: &'a str,
    pub(crate) value: &'a Value,
}

impl Template {
    /// Reads YAML.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let plain: String = text.lines().flat_map(|line| [without_tags(line), "\n".to_owned()]).collect();
        Ok(Self(serde_saphyr::from_str(&plain).context("template.yaml")?))
    }

    /// Resources of a type, by their ids.
    pub(crate) fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = Resource<'a>> {
        self.0["Resources"]
            .as_object()
            .into_iter()
            .flatten()
            .filter(move |(_, value)| value["Type"] == kind)
            .map(|(id, value)| Resource { id, value })
    }

    /// A parameter's default.
    pub(crate) fn default_of(&self, parameter: &str) -> Option<u64> {
        self.parameter(parameter, "Default")
    }

    /// A number that a parameter says of itself (`Default`, `MinValue`).
    pub(crate) fn parameter(&self, parameter: &str, what: &str) -> Option<u64> {
        self.0["Parameters"][parameter][what].as_u64()
    }
}

impl<'a> Resource<'a> {
    /// A property by its JSON pointer, `null` when there is none.
    pub(crate) fn property(&self, pointer: &str) -> &'a Value {
        self.value["Properties"].pointer(pointer).unwrap_or(&Value::Null)
    }

    /// A property that is text, or nothing.
    pub(crate) fn text(&self, pointer: &str) -> &'a str {
        self.property(pointer).as_str().unwrap_or_default()
    }
}

/// Drops `!Word ` wherever a value starts.
fn without_tags(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('!') {
        let (before, tag) = rest.split_at(at);
        let name: usize = tag[1..].chars().take_while(char::is_ascii_alphanumeric).count();
        let starts_value = before.is_empty() || before.ends_with([' ', '[', '{']);
        plain.push_str(before);
        if starts_value && name > 0 && tag[1 + name..].starts_with(' ') {
            rest = &tag[name + 2..];
        } else {
            plain.push('!');
            rest = &tag[1..];
        }
    }
    plain + rest
}
