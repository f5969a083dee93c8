//! One expression: parsed once, evaluated in many scopes.

use std::sync::Arc;

use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorOptions};
use jsonata_core::value::JValue;
use serde_json::Value;

use super::convert::{from_jsonata, to_jsonata};
use super::direct::{self, Direct};
use super::function::Functions;
use super::{ExpressionError, Flaw, Names, Place, Scope};

/// Longest that one evaluation may take, in milliseconds.
pub const EVALUATION_MS_MAX: u64 = 2_000;
/// Deepest nesting of one evaluation, in evaluator levels: a recursive call takes about three.
pub const EVALUATION_DEPTH_MAX: usize = 1_000;
/// Longest list that an evaluation may make, in items.
pub const SEQUENCE_LENGTH_MAX: usize = 20_000;
/// Longest text of an expression or mapping file, in bytes.
pub const SOURCE_LENGTH_MAX: usize = 65_536;

/// One expression, parsed.
#[derive(Clone, Debug)]
pub struct Expression {
    ast: Arc<AstNode>,
    names: Arc<Names>,
    place: Place,
}

impl Expression {
    /// Reads JSONata. Names of steps are not looked at: [`Expression::names`] has them.
    ///
    /// # Errors
    /// It does not parse; it calls a function that does not exist, or one whose value is not a function of the scope.
    pub fn parse(source: &str, place: Place) -> Result<Self, Vec<Flaw>> {
        let expression = Self::read(source, place).map_err(|flaw| vec![flaw])?;
        let flaws = expression.names.flaws();
        if flaws.is_empty() { Ok(expression) } else { Err(flaws) }
    }

    /// Reads JSONata and leaves it to the caller to ask its names for flaws.
    pub(crate) fn read(source: &str, place: Place) -> Result<Self, Flaw> {
        if source.len() > SOURCE_LENGTH_MAX {
            let message = format!("the expression is longer than {SOURCE_LENGTH_MAX} bytes");
            return Err(Flaw::new(message, "move what is an algorithm into an action"));
        }
        let ast = jsonata_core::parser::parse(source).map_err(|error| {
            let message = format!("the expression does not parse: {error}");
            Flaw::new(message, "correct it; try.jsonata.org shows where it breaks off")
        })?;
        let names = Names::of(&ast);
        Ok(Self { ast: Arc::new(ast), names: Arc::new(names), place })
    }

    /// An expression that is always `value`.
    pub(crate) fn constant(value: bool, place: Place) -> Self {
        Self { ast: Arc::new(AstNode::Boolean(value)), names: Arc::default(), place }
    }

    /// An expression whose text could not be read.
    pub(crate) fn unknown(place: Place) -> Self {
        Self { ast: Arc::new(AstNode::Undefined), names: Arc::default(), place }
    }

    /// The names that it reads.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Its value; null where JSONata says that there is nothing.
    ///
    /// # Errors
    /// It fails, or exceeds a limit of time, depth or length.
    pub fn evaluate(&self, scope: &Scope) -> Result<Value, ExpressionError> {
        Ok(self.evaluate_or_nothing(scope)?.unwrap_or(Value::Null))
    }

    /// Its value as a list: a single value is a list of one, nothing and null are an empty list.
    ///
    /// # Errors
    /// As [`Expression::evaluate`].
    pub fn items(&self, scope: &Scope) -> Result<Vec<Value>, ExpressionError> {
        Ok(match self.evaluate(scope)? {
            Value::Null => Vec::new(),
            Value::Array(items) => items,
            single => vec![single],
        })
    }

    /// Whether it holds.
    ///
    /// # Errors
    /// As [`Expression::evaluate`]; or its value is neither `true` nor `false`: what is absent is not a `no`.
    pub fn holds(&self, scope: &Scope) -> Result<bool, ExpressionError> {
        match self.evaluate_or_nothing(scope)? {
            Some(Value::Bool(holds)) => Ok(holds),
            other => {
                let kind = other.as_ref().map_or("nothing", kind);
                Err(self
                    .error("not_a_condition", &format!("the condition is {kind}, neither true nor false")))
            }
        }
    }

    pub(crate) fn evaluate_or_nothing(&self, scope: &Scope) -> Result<Option<Value>, ExpressionError> {
        match direct::read(&self.ast, scope) {
            Direct::Value(value) if self.names.functions.is_empty() => Ok(value.cloned()),
            Direct::Value(_) | Direct::No => self.evaluate_by_jsonata(scope),
        }
    }

    fn evaluate_by_jsonata(&self, scope: &Scope) -> Result<Option<Value>, ExpressionError> {
        let mut context = Context::new();
        for name in &self.names.variables {
            if let Some(value) = scope.get(name) {
                context.bind(name.clone(), self.bound(name, value));
            }
        }
        let options = EvaluatorOptions {
            timeout_ms: Some(EVALUATION_MS_MAX),
            cancel: None,
            max_stack_depth: Some(EVALUATION_DEPTH_MAX),
            max_sequence_length: Some(SEQUENCE_LENGTH_MAX),
        };
        let mut evaluator = Evaluator::with_options(context, options);
        let functions = Functions::register(&mut evaluator, &self.names.functions, scope);
        let value = functions.and_then(|functions| {
            evaluator.evaluate(&self.ast, &JValue::Undefined).map_err(|error| functions.failure(&error))
        });
        let value = value.map_err(|failure| self.error(failure.code, &failure.message))?;
        from_jsonata(&value).map_err(|error| self.error("expression_failed", &error.to_string()))
    }

    /// A variable's value as the evaluation sees it: of an object, only the fields that are read are converted.
    fn bound(&self, name: &str, value: &Value) -> JValue {
        match value {
            Value::Object(members) if !self.names.reads_whole(name) => {
                let read = members.iter().filter(|(field, _)| self.names.reads_field(name, field));
                JValue::object(read.map(|(field, value)| (field.clone(), to_jsonata(value))).collect())
            }
            whole => to_jsonata(whole),
        }
    }

    /// Its value where it needs no scope.
    pub(crate) fn known(&self) -> Option<Value> {
        if !self.names.is_closed() {
            return None;
        }
        self.evaluate_or_nothing(&Scope::new(Value::Null, Value::Null)).ok().flatten()
    }

    pub(crate) fn error(&self, code: &'static str, message: &str) -> ExpressionError {
        ExpressionError::new(code, self.place.clone(), message)
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, Strategy, any, prop, prop_assert_eq, prop_oneof, proptest};
    use serde_json::{Map, json};

    use super::*;

    fn json_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i32>().prop_map(Value::from),
            "[a-c]{0,2}".prop_map(Value::String),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            let members = prop::collection::btree_map("[a-c]", inner.clone(), 0..4);
            let object =
                members.prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>()));
            prop_oneof![prop::collection::vec(inner, 0..4).prop_map(Value::Array), object]
        })
    }

    proptest! {
        /// Reading directly, and converting only what is read, is what JSONata does.
        #[test]
        fn the_short_ways_lead_to_the_same_value(value in json_value(), path in "\\$x(\\.[a-c]){0,3}") {
            let mut scope = Scope::new(Value::Null, Value::Null);
            scope.set(&"x".parse().unwrap(), value.clone());
            let place = Place { file: "f".into(), line: 1, step: None };
            let short = Expression::parse(&path, place.clone()).unwrap().evaluate_or_nothing(&scope).unwrap();
            let through = Expression::parse(&path, place.clone()).unwrap().evaluate_by_jsonata(&scope).unwrap();
            prop_assert_eq!(&short, &through);
            let whole = Expression::parse(&format!("($all := $x; {})", path.replace("$x", "$all")), place).unwrap();
            prop_assert_eq!(short, whole.evaluate_or_nothing(&scope).unwrap(), "{}", json!(value));
        }
    }
}
