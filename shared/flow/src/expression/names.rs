//! The names that an expression reads: found by walking its syntax, functions and lambdas included.

use std::collections::BTreeSet;

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};

use super::Flaw;
use super::function::{IMPURE, exists, ours, reads_connection};
use crate::document::nearest;

/// The names that an expression reads and does not bind itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// `$name` where no function has that name: what the scope must give.
    pub variables: BTreeSet<String>,
    /// Functions, called or passed on.
    pub functions: BTreeSet<String>,
    /// Fields read from variables by name, step by step: `$order.lines[0].sku` is `order`, `lines`, `sku`.
    pub(crate) paths: BTreeSet<(String, Vec<String>)>,
    /// Variables of which more is read than the fields in `paths`.
    whole: BTreeSet<String>,
    /// `%` reaches back from a field to what holds it, which `paths` does not show.
    reaches_back: bool,
    /// Variables that are called: no value of a scope is a function.
    called: BTreeSet<String>,
    /// Fields that are read where there is nothing to read them from.
    bare: BTreeSet<String>,
}

impl Names {
    pub(super) fn of(ast: &AstNode) -> Self {
        let mut walk = Walk { names: Self::default(), bound: vec![BTreeSet::new()] };
        walk.node(ast, Context::Nothing);
        walk.names
    }

    /// Whether the value is the same in every scope.
    pub(crate) fn is_closed(&self) -> bool {
        self.variables.is_empty() && !self.functions.iter().any(|name| reads_connection(name))
    }

    /// Whether a variable is read only through its fields, and then whether `field` is one of those.
    pub(super) fn reads_field(&self, name: &str, field: &str) -> bool {
        let reads = |(variable, fields): &(String, Vec<String>)| {
            variable == name && fields.first().is_some_and(|first| first == field)
        };
        self.reads_whole(name) || self.paths.iter().any(reads)
    }

    /// Whether all of a variable's value may matter.
    pub(super) fn reads_whole(&self, name: &str) -> bool {
        self.reaches_back || self.whole.contains(name)
    }

    pub(crate) fn flaws(&self) -> Vec<Flaw> {
        let impure = self.functions.iter().filter(|name| IMPURE.contains(&name.as_str())).map(|name| {
            let message = format!("`${name}` is not allowed: a run is a function of its inputs");
            Flaw::new(message, "read times from `$event`, or let an action decide").about(name)
        });
        let called = self.called.iter().map(|name| {
            let remedy = match nearest(name, ours()) {
                Some(near) => format!("did you mean `${near}`?"),
                None => "use a function of JSONata, or one of DESIGN §3".to_owned(),
            };
            Flaw::new(format!("there is no function `${name}`"), remedy).about(name)
        });
        let bare = self.bare.iter().map(|name| {
            Flaw::new(
                format!("`{name}` is read from nothing"),
                format!("write `${name}`, or what it is a field of"),
            )
            .about(name)
        });
        impure.chain(called).chain(bare).collect()
    }
}

/// What `$` and a field's name stand for.
#[derive(Clone, Copy, PartialEq)]
enum Context {
    /// Outside any path.
    Nothing,
    /// Inside a path, where a field is read from what the path has reached.
    Something,
}

struct Walk {
    names: Names,
    bound: Vec<BTreeSet<String>>,
}

impl Walk {
    fn node(&mut self, node: &AstNode, context: Context) {
        match node {
            AstNode::String(_)
            | AstNode::Number(_)
            | AstNode::Boolean(_)
            | AstNode::Null
            | AstNode::Undefined
            | AstNode::Placeholder
            | AstNode::Regex { .. } => {}
            AstNode::Parent(_) => self.names.reaches_back = true,
            AstNode::Name(name) => self.field(name, context),
            AstNode::Wildcard => self.field("*", context),
            AstNode::Descendant => self.field("**", context),
            AstNode::ParentVariable(_) => self.field("$$", Context::Nothing),
            AstNode::Variable(name) if name.is_empty() => self.field("$", context),
            AstNode::Variable(name) => {
                self.variable(name);
                self.names.whole.insert(name.clone());
            }
            AstNode::Function { name, args, is_builtin } => {
                self.call(name, *is_builtin);
                self.nodes(args, context);
            }
            AstNode::Call { procedure, args } => {
                self.node(procedure, context);
                self.nodes(args, context);
            }
            AstNode::Path { steps } => self.path(steps, context),
            AstNode::Binary { op, lhs, rhs } => self.binary(*op, lhs, rhs, context),
            AstNode::Unary { operand, .. } => self.node(operand, context),
            AstNode::Lambda { params, body, .. } => {
                self.bound.push(params.iter().map(|name| name.trim_start_matches('$').to_owned()).collect());
                self.node(body, context);
                self.bound.pop();
            }
            AstNode::Array(items) | AstNode::ArrayGroup(items) => self.nodes(items, context),
            AstNode::Block(items) => {
                self.bound.push(BTreeSet::new());
                self.nodes(items, context);
                self.bound.pop();
            }
            AstNode::Object(pairs) => self.pairs(pairs, context),
            AstNode::ObjectTransform { input, pattern } => {
                self.node(input, context);
                self.pairs(pattern, Context::Something);
            }
            AstNode::Conditional { condition, then_branch, else_branch } => {
                self.node(condition, context);
                self.node(then_branch, context);
                if let Some(branch) = else_branch {
                    self.node(branch, context);
                }
            }
            AstNode::FunctionApplication(inner) => self.node(inner, context),
            AstNode::Sort { input, terms } => {
                self.node(input, context);
                terms.iter().for_each(|(term, _)| self.node(term, Context::Something));
            }
            AstNode::Transform { location, update, delete } => {
                self.node(location, Context::Something);
                self.node(update, Context::Something);
                if let Some(delete) = delete {
                    self.node(delete, Context::Something);
                }
            }
        }
    }

    fn nodes(&mut self, nodes: &[AstNode], context: Context) {
        nodes.iter().for_each(|node| self.node(node, context));
    }

    fn pairs(&mut self, pairs: &[(AstNode, AstNode)], context: Context) {
        for (name, value) in pairs {
            self.node(name, context);
            self.node(value, context);
        }
    }

    /// Bindings of a path (`@$v`, `#$i`) hold for what follows it as well, as in a group-by.
    fn path(&mut self, steps: &[PathStep], context: Context) {
        let noted = self.note_fields(steps);
        for (index, step) in steps.iter().enumerate() {
            match &step.node {
                AstNode::Variable(name) if index == 0 && noted => self.variable(name),
                node => self.node(node, if index == 0 { context } else { Context::Something }),
            }
            for name in step.focus.iter().chain(&step.index_var) {
                self.bind(name);
            }
            for stage in &step.stages {
                match stage {
                    Stage::Filter(filter) => self.node(filter, Context::Something),
                    Stage::Index(name) => self.bind(name),
                    Stage::KeepArray => {}
                }
            }
        }
    }

    /// Notes a path that begins with a name of the scope, as far as it names fields; `false` where it names none.
    fn note_fields(&mut self, steps: &[PathStep]) -> bool {
        let [head, rest @ ..] = steps else { return false };
        let AstNode::Variable(name) = &head.node else { return false };
        if name.is_empty() || self.is_bound(name) || exists(name) {
            return false;
        }
        let fields: Vec<String> = rest.iter().map_while(field_of).map(ToOwned::to_owned).collect();
        let plain = head.stages.is_empty() && head.focus.is_none() && head.index_var.is_none();
        let noted = plain && !fields.is_empty();
        self.names.paths.insert((name.clone(), fields));
        noted
    }

    fn binary(&mut self, op: BinaryOp, lhs: &AstNode, rhs: &AstNode, context: Context) {
        match (op, lhs, rhs) {
            (BinaryOp::ColonEqual, AstNode::Variable(name), value) => {
                if matches!(value, AstNode::Lambda { .. }) {
                    self.bind(name);
                }
                self.node(value, context);
                self.bind(name);
            }
            (BinaryOp::FocusBind | BinaryOp::IndexBind, input, AstNode::Variable(name)) => {
                self.node(input, context);
                self.bind(name);
            }
            _ => {
                self.node(lhs, context);
                self.node(rhs, context);
            }
        }
    }

    fn bind(&mut self, name: &str) {
        if let Some(top) = self.bound.last_mut() {
            top.insert(name.to_owned());
        }
    }

    fn is_bound(&self, name: &str) -> bool {
        self.bound.iter().any(|names| names.contains(name))
    }

    fn variable(&mut self, name: &str) {
        if self.is_bound(name) {
            return;
        }
        let names = if exists(name) { &mut self.names.functions } else { &mut self.names.variables };
        names.insert(name.to_owned());
    }

    /// A call without `$` calls a field, which JSON cannot hold.
    fn call(&mut self, name: &str, with_dollar: bool) {
        if !with_dollar {
            self.names.bare.insert(name.to_owned());
        } else if !self.is_bound(name) {
            let names = if exists(name) { &mut self.names.functions } else { &mut self.names.called };
            names.insert(name.to_owned());
        }
    }

    fn field(&mut self, name: &str, context: Context) {
        if context == Context::Nothing {
            self.names.bare.insert(name.to_owned());
        }
    }
}

/// The field that a step of a path names.
pub(super) fn field_of(step: &PathStep) -> Option<&str> {
    match &step.node {
        AstNode::Name(field) => Some(field),
        _ => None,
    }
}
