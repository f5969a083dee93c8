//! Least privilege, checked here because the local cloud does not enforce it: a role of its own for each function, which holds no
//! action but those of its list, on resources by name. The one exception is tracing, which has no resources to name.

use std::collections::BTreeMap;

use serde_json::Value;

use super::document::{Resource, Template};

/// The only actions that may have every resource.
const TRACING: [&str; 2] = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"];
/// What every function does: it writes its own log.
const LOGGING: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];
/// Its queue and its table are encrypted with the stack's key, through SQS and DynamoDB only.
const ENCRYPTION: [&str; 2] = ["kms:Decrypt", "kms:GenerateDataKey"];

/// What functions may do besides: faces the internet, and may verify and enqueue.
const INGEST: [&str; 2] = ["sqs:SendMessage", "secretsmanager:GetSecretValue"];
/// Looks for what no webhook brought; nothing that it finds out takes a row away.
const SWEEP: [&str; 8] = [
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:SendMessage",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:Query",
    "secretsmanager:GetSecretValue",
];
/// Runs a flow.
const WORKER: [&str; 11] = [
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibility",
    "sqs:GetQueueAttributes",
    "sqs:SendMessage",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:Query",
    "secretsmanager:GetSecretValue",
];

/// Checks functions and roles.
pub(crate) fn check(template: &Template) -> Vec<String> {
    let mut broken = Vec::new();
    let mut users: BTreeMap<&str, Vec<Resource<'_>>> = BTreeMap::new();
    for function in template.of("AWS::Serverless::Function") {
        users.entry(function.text("/Role")).or_default().push(function);
        if !function.property("/Policies").is_null() {
            broken.push(format!(
                "{}: Policies bring AWS's wide managed ones; write them in its role",
                function.id
            ));
        }
    }
    for (role, functions) in &users {
        if role.is_empty() || functions.len() > 1 {
            let functions: Vec<&str> = functions.iter().map(|function| function.id).collect();
            broken.push(format!("{}: a role of its own for each function", functions.join(", ")));
        }
    }
    for role in template.of("AWS::IAM::Role") {
        let function = users.get(format!("{}.Arn", role.id).as_str()).and_then(|functions| functions.first());
        let mut faults = match function.and_then(may) {
            Some(may) => role_faults(role, &may),
            None => vec!["no function that tidy/template/roles.rs has a list for uses it".to_owned()],
        };
        if let Some(function) = function {
            faults.extend(secret_faults(role, function.id == "IngestFunction"));
        }
        broken.extend(faults.into_iter().map(|fault| format!("{}: {fault}", role.id)));
    }
    broken
}

/// The actions of a function's list.
fn may(function: &Resource<'_>) -> Option<Vec<&'static str>> {
    let own: &[&str] = match function.id {
        "IngestFunction" => &INGEST,
        "SweepFunction" => &SWEEP,
        _ if !function.text("/Environment/Variables/FLOW").is_empty() => &WORKER,
        _ => return None,
    };
    Some([own, &TRACING, &LOGGING, &ENCRYPTION].concat())
}

fn role_faults(role: Resource<'_>, may: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    if !role.property("/ManagedPolicyArns").is_null() {
        faults.push("managed policies are wider than what we need".to_owned());
    }
    for statement in list(role.property("/AssumeRolePolicyDocument/Statement")) {
        if statement["Principal"]["Service"] != "lambda.amazonaws.com" {
            faults.push("another than Lambda may take it on".to_owned());
        }
    }
    for statement in statements(role) {
        faults.extend(statement_faults(statement, may));
    }
    faults
}

fn statements(role: Resource<'_>) -> impl Iterator<Item = &Value> {
    let policies = role.property("/Policies").as_array().into_iter().flatten();
    policies.flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]))
}

fn statement_faults(statement: &Value, may: &[&str]) -> Vec<String> {
    let actions = texts(&statement["Action"]);
    let resources = texts(&statement["Resource"]);
    let mut faults = Vec::new();
    if actions.is_empty() || resources.is_empty() || statement["Effect"] != "Allow" {
        faults.push(format!("a statement that does not allow actions on resources: {statement}"));
    }
    for action in actions.iter().filter(|action| !may.contains(action)) {
        faults.push(format!("{action}: is not on its function's list in tidy/template/roles.rs"));
    }
    if resources.contains(&"*") && !actions.iter().all(|action| TRACING.contains(action)) {
        faults.push(format!("{} on every resource: name them", actions.join(", ")));
    }
    for resource in resources.iter().filter(|resource| **resource != "*" && resource.contains('*')) {
        // One stage's functions see nothing of another's in the same account.
        if !resource.contains("tillbridge-${Stage}-") && !resource.contains("tillbridge/${Stage}/") {
            faults.push(format!("{resource}: a pattern must hold the stage"));
        }
    }
    if actions.iter().any(|action| action.starts_with("kms:")) {
        let via = texts(&statement["Condition"]["StringEquals"]["kms:ViaService"]);
        let is_queue_or_table =
            |service: &&str| service.starts_with("sqs.") || service.starts_with("dynamodb.");
        if via.is_empty() || !via.iter().all(is_queue_or_table) || resources != ["Key.Arn"] {
            faults.push("the stack's key, through SQS and DynamoDB only (kms:ViaService)".to_owned());
        }
    }
    faults
}

/// Ingest, which faces the internet, reads what webhooks are signed with and no API key; the others the other way round. The six
/// `?` are Secrets Manager's own suffix: with `*` a pattern for `stripe` would cover `stripe-webhook`.
fn secret_faults(role: Resource<'_>, is_ingest: bool) -> Vec<String> {
    let reads = |statement: &&Value| texts(&statement["Action"]).contains(&"secretsmanager:GetSecretValue");
    let named = statements(role).filter(reads).flat_map(|statement| texts(&statement["Resource"]));
    named
        .filter(|name| match name.strip_suffix("-??????") {
            Some(name) => name.ends_with("-webhook") != is_ingest,
            None => true,
        })
        .map(|name| format!("{name}: not a secret for it"))
        .collect()
}

fn list(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |list| list.iter().collect())
}

fn texts(value: &Value) -> Vec<&str> {
    list(value).into_iter().filter_map(Value::as_str).collect()
}
