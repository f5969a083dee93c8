//! Where the local cloud differs from AWS and can be told not to. Seen with MiniStack 1.5.33.

use anyhow::Result;
use serde_json::{Value, json};
use ureq::http::Method;

use crate::cloud;
use crate::http;
use crate::state::State;

/// Messages of one flow that are worked on at once.
const CONSUMERS: usize = 3;

/// Makes it more like AWS, after each deployment.
pub(crate) fn improve(state: &State) -> Result<()> {
    take_bodies_as_bytes(&state.api_id)?;
    for flow in state.queue_urls.keys() {
        widen(&format!("tillbridge-{}-{flow}", state.stage))?;
    }
    Ok(())
}

/// CloudFormation reads `*~1*` as `*/*` ("slashes must be escaped with ~1", AWS::ApiGateway::RestApi); the local cloud as it is
/// written, and so hands bodies over as text, with what is no UTF-8 replaced.
fn take_bodies_as_bytes(api: &str) -> Result<()> {
    let types = json!({"op": "replace", "path": "/binaryMediaTypes", "value": ["*/*"]});
    rest(&Method::PATCH, "apigateway", &format!("/restapis/{api}"), &json!({"patchOperations": [types]}))?;
    Ok(())
}

/// AWS works on as many groups of a FIFO queue at once as the mapping's `MaximumConcurrency` says, the local cloud on one: each
/// further mapping of the same queue adds one.
fn widen(function: &str) -> Result<()> {
    const PATH: &str = "/2015-03-31/event-source-mappings";
    let found = rest(&Method::GET, "lambda", &format!("{PATH}?FunctionName={function}"), &Value::Null)?;
    let mappings = found["EventSourceMappings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let Some(first) = mappings.first() else { return Ok(()) };
    for _ in mappings.len()..CONSUMERS {
        let mut another = json!({"FunctionName": function});
        for name in ["EventSourceArn", "BatchSize", "FunctionResponseTypes"] {
            if let Some(value) = first.get(name) {
                another[name] = value.clone();
            }
        }
        rest(&Method::POST, "lambda", PATH, &another)?;
    }
    Ok(())
}

/// Calls an AWS service that speaks REST.
fn rest(method: &Method, service: &str, path: &str, body: &Value) -> Result<Value> {
    let authorization = cloud::authorization(service);
    let headers = [("content-type", "application/json"), ("authorization", &*authorization)];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    http::send(method, &format!("{}{path}", cloud::URL), &headers, &body)?.json(path)
}
