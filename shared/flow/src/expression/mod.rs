//! JSONata in flow documents: values computed from an event, a pair's settings and the outputs of earlier steps.
//!
//! An expression is a function of its [`Scope`]: what reads a clock or draws a number cannot be parsed. Money stays
//! `{minor, currency}`, with functions of our own to compute with it.

mod convert;
mod direct;
mod error;
mod evaluate;
mod function;
mod names;
mod scope;
mod template;

pub use error::{ExpressionError, Flaw, Place};
pub use evaluate::{
    EVALUATION_DEPTH_MAX, EVALUATION_MS_MAX, Expression, SEQUENCE_LENGTH_MAX, SOURCE_LENGTH_MAX,
};
pub(crate) use function::exists as is_function;
pub use names::Names;
pub use scope::Scope;
pub use template::Template;
pub(crate) use template::TemplateNode;
