//! The functions that flow documents have besides JSONata's own.

mod date;
mod money;
mod pad;
mod table;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::value::JValue;
use serde_json::Value;

use super::Scope;

type Body = fn(&[JValue], &Value) -> Result<JValue, Failure>;

/// Name, how it is called, and what it does. `$lookup` and `$pad` replace JSONata's and still do what those did.
const OURS: [(&str, &str, Body); 10] = [
    ("money", "$money(minor, currency)", money::money),
    ("minor", "$minor(text, currency)", money::minor),
    ("decimal", "$decimal(money)", money::decimal),
    ("add", "$add(money, …)", money::add),
    ("negate", "$negate(money)", money::negate),
    ("allocate", "$allocate(total, weights)", money::allocate),
    ("lookup", "$lookup(table, key)", table::lookup),
    ("key", "$key(kind, id)", table::key),
    ("date", "$date(timestamp, zone)", date::date),
    ("pad", "$pad(text, width, with)", pad::pad),
];

/// Functions that read `$connection` without naming it.
const READ_CONNECTION: [&str; 2] = ["lookup", "key"];

/// JSONata's functions whose value depends on something else than the scope.
pub(super) const IMPURE: [&str; 5] = ["now", "millis", "random", "shuffle", "eval"];

/// A function of ours refused its arguments, or JSONata failed.
pub(super) struct Failure {
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Failure {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// The code of a failure that JSONata itself reports.
const EXPRESSION_FAILED: &str = "expression_failed";

/// Functions as one evaluation has them; keeps the failure of the one that failed, because an evaluator's error is
/// text without a code.
pub(super) struct Functions {
    failed: Rc<RefCell<Option<Failure>>>,
}

impl Functions {
    /// Registers those of `used` that are ours.
    pub(super) fn register(
        evaluator: &mut Evaluator,
        used: &BTreeSet<String>,
        scope: &Scope,
    ) -> Result<Self, Failure> {
        let failed = Rc::new(RefCell::new(None));
        for (name, call, body) in OURS.iter().filter(|(name, ..)| used.contains(*name)) {
            let (connection, failed) = (scope.connection(), Rc::clone(&failed));
            let function = move |arguments: &[JValue]| run(call, *body, arguments, &connection, &failed);
            evaluator
                .register_fn_override(*name, function)
                .map_err(|error| Failure::new(EXPRESSION_FAILED, error.to_string()))?;
        }
        Ok(Self { failed })
    }

    /// What made the evaluation fail.
    pub(super) fn failure(&self, error: &EvaluatorError) -> Failure {
        let own = self.failed.borrow_mut().take();
        own.unwrap_or_else(|| Failure::new(EXPRESSION_FAILED, error.message()))
    }
}

fn run(
    call: &str,
    body: Body,
    arguments: &[JValue],
    connection: &Arc<Value>,
    failed: &RefCell<Option<Failure>>,
) -> Result<JValue, EvaluatorError> {
    body(arguments, connection).map_err(|failure| {
        let message = format!("`{call}`: {}", failure.message);
        *failed.borrow_mut() = Some(Failure { message: message.clone(), ..failure });
        EvaluatorError::EvaluationError(message)
    })
}

/// Whether a function of that name exists, ours or JSONata's.
pub(crate) fn exists(name: &str) -> bool {
    OURS.iter().any(|(own, ..)| *own == name) || is_jsonata(name)
}

/// Whether JSONata has a function of that name: its table is private, but it refuses to have one replaced unawares.
fn is_jsonata(name: &str) -> bool {
    Evaluator::new().register_fn(name, |_: &[JValue]| Ok(JValue::Undefined)).is_err()
}

/// Whether a call may give another value for another pair.
pub(super) fn reads_connection(name: &str) -> bool {
    READ_CONNECTION.contains(&name)
}

/// The names of our functions, for suggestions.
pub(crate) fn ours() -> impl Iterator<Item = &'static str> {
    OURS.iter().map(|(name, ..)| *name)
}

fn count<const N: usize>(arguments: &[JValue]) -> Result<&[JValue; N], Failure> {
    arguments.try_into().map_err(|_| {
        Failure::new("wrong_arguments", format!("takes {N} arguments and has {}", arguments.len()))
    })
}

fn text<'a>(value: &'a JValue, what: &str) -> Result<&'a str, Failure> {
    value
        .as_str()
        .ok_or_else(|| Failure::new("wrong_arguments", format!("its {what} is {}, not a text", kind(value))))
}

fn kind(value: &JValue) -> &'static str {
    match value {
        JValue::Undefined => "absent",
        JValue::Null => "null",
        JValue::Bool(_) => "true or false",
        JValue::Number(_) => "a number",
        JValue::String(_) => "a text",
        JValue::Array(_) => "a list",
        JValue::Object(_) => "an object",
        JValue::Lambda(_) | JValue::Builtin { .. } => "a function",
        JValue::Regex { .. } => "a regular expression",
    }
}
