//! Secrets Manager: the newest version of a secret.
//!
//! Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>

use serde_json::{Value, json};

use crate::cloud::State;
use crate::refusal::Refusal;

pub(crate) fn answer(state: &State, operation: &str, body: &Value) -> Result<Value, Refusal> {
    if operation != "GetSecretValue" {
        return Err(Refusal::new("UnknownOperationException", format!("no `{operation}` here")));
    }
    let name = body["SecretId"].as_str().unwrap_or_default();
    let versions = state.secrets.get(name).ok_or_else(|| {
        Refusal::new("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
    })?;
    Ok(json!({
        "Name": name,
        "SecretString": versions.last(),
        "VersionId": format!("version-{}", versions.len()),
        "VersionStages": ["AWSCURRENT"]
    }))
}
