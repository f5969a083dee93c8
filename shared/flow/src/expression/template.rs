//! JSON whose texts may be expressions: what a flow document says under `with`.

use serde_json::{Map, Value};

use super::{Expression, ExpressionError, Scope};

/// JSON in which a text `{% … %}` is an expression and `{ map: file.jsonata }` is a mapping file's.
#[derive(Clone, Debug)]
pub struct Template(TemplateNode);

#[derive(Clone, Debug)]
pub(crate) enum TemplateNode {
    Literal(Value),
    Expression(Expression),
    Array(Vec<TemplateNode>),
    Object(Vec<(String, TemplateNode)>),
}

impl Template {
    pub(crate) fn new(node: TemplateNode) -> Self {
        Self(node)
    }

    /// A value that needs no scope.
    #[must_use]
    pub fn literal(value: Value) -> Self {
        Self(TemplateNode::Literal(value))
    }

    /// The value in a scope. Members and items whose expression gives nothing are left out; a whole template that
    /// gives nothing is null.
    ///
    /// # Errors
    /// The first expression that fails.
    pub fn evaluate(&self, scope: &Scope) -> Result<Value, ExpressionError> {
        Ok(evaluate(&self.0, scope)?.unwrap_or(Value::Null))
    }
}

fn evaluate(node: &TemplateNode, scope: &Scope) -> Result<Option<Value>, ExpressionError> {
    Ok(Some(match node {
        TemplateNode::Literal(value) => value.clone(),
        TemplateNode::Expression(expression) => return expression.evaluate_or_nothing(scope),
        TemplateNode::Array(items) => {
            let items = items.iter().map(|item| evaluate(item, scope)).filter_map(Result::transpose);
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        TemplateNode::Object(members) => {
            let mut object = Map::new();
            for (name, member) in members {
                if let Some(value) = evaluate(member, scope)? {
                    object.insert(name.clone(), value);
                }
            }
            Value::Object(object)
        }
    }))
}
