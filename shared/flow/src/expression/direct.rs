//! Expressions that only name a value: `$payment`, `$order.grand_total`. They are read where they stand, without a way
//! through JSONata and its floats; most expressions of a flow are such.

use jsonata_core::ast::{AstNode, PathStep};
use serde_json::Value;

use super::Scope;
use super::names::field_of;

/// What a name leads to.
pub(super) enum Direct<'s> {
    /// The value, or nothing.
    Value(Option<&'s Value>),
    /// It is no such expression, or a list stands in the way, through which JSONata would map.
    No,
}

pub(super) fn read<'s>(ast: &AstNode, scope: &'s Scope) -> Direct<'s> {
    match ast {
        AstNode::Variable(name) => Direct::Value(scope.get(name)),
        AstNode::Path { steps } => follow(steps, scope),
        _ => Direct::No,
    }
}

fn follow<'s>(steps: &[PathStep], scope: &'s Scope) -> Direct<'s> {
    let [head, rest @ ..] = steps else { return Direct::No };
    let AstNode::Variable(name) = &head.node else { return Direct::No };
    if !steps.iter().all(is_plain) {
        return Direct::No;
    }
    let mut value = scope.get(name);
    for step in rest {
        let Some(field) = field_of(step) else { return Direct::No };
        value = match value {
            Some(Value::Array(_)) => return Direct::No,
            Some(Value::Object(members)) => members.get(field),
            _ => None,
        };
    }
    Direct::Value(value)
}

fn is_plain(step: &PathStep) -> bool {
    step.stages.is_empty()
        && step.focus.is_none()
        && step.index_var.is_none()
        && step.ancestor_label.is_none()
}
