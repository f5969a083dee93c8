//! Values of a document: literals, expressions and mapping files.

use serde_json::{Map, Value};

use super::load::Loader;
use super::node::{Node, Yaml};
use super::output;
use super::step::{At, quoted};
use crate::expression::{Expression, Flaw, Place, Template, TemplateNode};

/// What stands between `{%` and `%}`, if a text is an expression.
pub(super) fn inside(text: &str) -> Option<&str> {
    text.trim().strip_prefix("{%")?.strip_suffix("%}")
}

impl Loader<'_> {
    /// An expression that must be true or false, as far as that is known.
    pub(super) fn condition(&mut self, at: &At<'_>, node: &Node) -> Expression {
        let condition = self.expression(at, node);
        if let Some(value) = condition.known().filter(|value| !value.is_boolean()) {
            let message = format!("the condition is always `{value}`, neither true nor false");
            self.mistake(node.line, Some(&at.id), message, "compare it with something");
        }
        condition
    }

    /// A text that must be an expression.
    pub(super) fn expression(&mut self, at: &At<'_>, node: &Node) -> Expression {
        let text = node.as_str().unwrap_or_default();
        if inside(text).is_none() {
            let message = format!("an expression is expected, and this is {}", node.value.kind());
            self.mistake(node.line, Some(&at.id), message, "write it as `\"{% $order.needs_shipping %}\"`");
            return self.placeholder(at, node.line);
        }
        self.expression_text(at, node.line, text)
    }

    pub(super) fn expression_text(&mut self, at: &At<'_>, line: u32, text: &str) -> Expression {
        let source = inside(text).unwrap_or_default();
        let place = self.place(line, Some(&at.id));
        self.compile(at, source, &place)
    }

    /// Parses JSONata and checks its names. What is wrong becomes mistakes, and the plan is not used then.
    fn compile(&mut self, at: &At<'_>, source: &str, place: &Place) -> Expression {
        let expression = match Expression::read(source, place.clone()) {
            Ok(expression) => expression,
            Err(flaw) => {
                self.flaw(source, place, flaw);
                return self.placeholder(at, place.line);
            }
        };
        let flaws = expression.names().flaws();
        let sound = flaws.is_empty();
        flaws.into_iter().for_each(|flaw| self.flaw(source, place, flaw));
        for name in &expression.names().variables {
            if let Some((message, remedy)) = self.name_problem(name, &at.scope) {
                self.flaw(source, place, Flaw::new(message, remedy).about(name));
            }
        }
        for (name, fields) in &expression.names().paths {
            let output = self.outputs.get(name).map(|spec| (spec.name.as_str(), spec.output.as_value()));
            if let Some((action, Err(error))) =
                output.map(|(action, root)| (action, output::check(root, fields)))
            {
                let message = format!(
                    "`${name}.{}`: the output of `{action}` has no `{}`",
                    fields.join("."),
                    error.name
                );
                let flaw = Flaw::new(message, error.remedy).about(&error.name);
                self.flaw(source, place, flaw);
            }
        }
        if sound { expression } else { self.placeholder(at, place.line) }
    }

    fn flaw(&mut self, source: &str, place: &Place, flaw: Flaw) {
        let offset = flaw.name.as_deref().map_or(0, |name| lines_before(source, name));
        let place = Place { line: place.line.saturating_add(offset), ..place.clone() };
        self.mistake_at(&place, flaw.message, flaw.remedy);
    }

    /// Stands where an expression could not be read. Its document is refused, so it is never evaluated.
    fn placeholder(&self, at: &At<'_>, line: u32) -> Expression {
        Expression::unknown(self.place(line, Some(&at.id)))
    }

    /// A template from a member that is a map, or an empty one.
    pub(super) fn members_template(&mut self, at: &At<'_>, member: &str) -> Template {
        match at.node.get(member) {
            Some(node) => self.template(at, node),
            None => Template::literal(Value::Object(Map::new())),
        }
    }

    pub(super) fn template(&mut self, at: &At<'_>, node: &Node) -> Template {
        Template::new(self.template_node(at, node))
    }

    fn template_node(&mut self, at: &At<'_>, node: &Node) -> TemplateNode {
        match &node.value {
            Yaml::Scalar(Value::String(text)) if inside(text).is_some() => {
                TemplateNode::Expression(self.expression_text(at, node.line, text))
            }
            Yaml::Scalar(value) => {
                if value.as_str().is_some_and(|text| text.contains("{%") || text.contains("%}")) {
                    let message = "an expression must be the whole text";
                    let remedy = "join texts inside it: `{% 'Order ' & $order.number %}`";
                    self.mistake(node.line, Some(&at.id), message, remedy);
                }
                TemplateNode::Literal(value.clone())
            }
            Yaml::List(items) => {
                TemplateNode::Array(items.iter().map(|item| self.template_node(at, item)).collect())
            }
            Yaml::Map(members) => match &members[..] {
                [(name, file)] if name == "map" => TemplateNode::Expression(self.mapping(at, file)),
                _ => TemplateNode::Object(
                    members.iter().map(|(name, node)| (name.clone(), self.template_node(at, node))).collect(),
                ),
            },
        }
    }

    fn mapping(&mut self, at: &At<'_>, node: &Node) -> Expression {
        let name = node.as_str().unwrap_or_default();
        let source = self.source;
        let Some(text) = source.mappings.get(name) else {
            let names: Vec<&str> = source.mappings.keys().map(String::as_str).collect();
            let remedy = match super::nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if names.is_empty() => "add it beside `flow.yaml`".to_owned(),
                None => format!("add it beside `flow.yaml`; there are {}", quoted(&names)),
            };
            self.mistake(node.line, Some(&at.id), format!("there is no mapping file `{name}`"), remedy);
            return self.placeholder(at, node.line);
        };
        self.used_mappings.insert(name.to_owned());
        let place = Place { file: source.path(name).into(), line: 1, step: Some(at.id.clone()) };
        self.compile(at, text, &place)
    }
}

/// How many lines come before the first use of a name.
fn lines_before(source: &str, name: &str) -> u32 {
    let found = source.match_indices(name).find(|(at, _)| {
        let rest = &source[at + name.len()..];
        !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
    });
    let lines = found.map_or(0, |(at, _)| source[..at].matches('\n').count());
    u32::try_from(lines).unwrap_or(0)
}
