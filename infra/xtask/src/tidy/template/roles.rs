//! Least privilege, checked here because the local cloud does not enforce it: a role of its own for each function, actions and
//! resources by name. The one exception is tracing, which has no resources to name.

use std::collections::BTreeMap;

use serde_json::Value;

use super::document::Template;

/// The only actions that may have every resource.
const TRACING: [&str; 2] = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"];

/// Checks functions and roles.
pub(crate) fn check(template: &Template) -> Vec<String> {
    let mut broken = Vec::new();
    let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for function in template.of("AWS::Serverless::Function") {
        users.entry(function.text("/Role")).or_default().push(function.id);
        if !function.property("/Policies").is_null() {
            broken.push(format!(
                "{}: Policies bring AWS's wide managed ones; write them in its role",
                function.id
            ));
        }
    }
    for (role, functions) in users {
        if role.is_empty() || functions.len() > 1 {
            broken.push(format!("{}: a role of its own for each function", functions.join(", ")));
        }
    }
    for role in template.of("AWS::IAM::Role") {
        if !role.property("/ManagedPolicyArns").is_null() {
            broken.push(format!("{}: managed policies are wider than what we need", role.id));
        }
        let policies = role.property("/Policies").as_array();
        for statement in
            policies.into_iter().flatten().flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]))
        {
            broken
                .extend(statement_faults(statement).into_iter().map(|fault| format!("{}: {fault}", role.id)));
        }
    }
    broken
}

fn statement_faults(statement: &Value) -> Vec<String> {
    let actions = texts(&statement["Action"]);
    let resources = texts(&statement["Resource"]);
    let mut faults = Vec::new();
    if actions.is_empty() || resources.is_empty() {
        faults.push(format!("a statement without actions or resources: {statement}"));
    }
    for action in actions.iter().filter(|action| action.contains('*')) {
        faults.push(format!("{action}: name each action"));
    }
    if resources.contains(&"*") && !actions.iter().all(|action| TRACING.contains(action)) {
        faults.push(format!("{} on every resource: name them", actions.join(", ")));
    }
    faults
}

fn list(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |list| list.iter().collect())
}

fn texts(value: &Value) -> Vec<&str> {
    list(value).into_iter().filter_map(Value::as_str).collect()
}
