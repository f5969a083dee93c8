//! The local cloud where no SDK is worth its weight: logs, secrets, functions, the record of calls.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::{WAIT, now_s, wait_until};

/// Pages of log events that are read at most.
const PAGES_MAX: usize = 100;
/// Log events of a page.
const PAGE: usize = 10_000;
/// Longest excerpt of a refusal, in characters.
const EXCERPT_CHARS_MAX: usize = 400;
/// The local cloud gives functions their account's number as access key; whoever else calls uses `test`.
const FUNCTION_KEY: &str = "000000000000";

/// The local cloud's own API. It checks no signature, but reads the service and the region out of it.
#[derive(Clone, Debug)]
pub struct Cloud {
    http: reqwest::Client,
    url: String,
    made_at_ms: u64,
}

/// A call to AWS, as CloudTrail records it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiCall {
    /// `SendMessage`.
    pub name: String,
    /// Its parameters.
    pub parameters: Value,
}

impl Cloud {
    pub(crate) fn new(http: reqwest::Client, url: String) -> Self {
        Self { http, url, made_at_ms: now_s().unwrap_or_default() * 1000 }
    }

    /// Every line that functions have logged since this client was made and that holds a text.
    ///
    /// # Errors
    /// The cloud does not answer, or there is more than a look reads.
    pub async fn logged(&self, text: &str) -> Result<Vec<String>> {
        self.logs(&format!("\"{text}\""), self.made_at_ms).await
    }

    /// Every line of every function's log, some of them twice.
    ///
    /// # Errors
    /// The cloud does not answer, or there is more than a look reads.
    pub async fn all_logs(&self) -> Result<Vec<String>> {
        self.logs("", 0).await
    }

    async fn logs(&self, pattern: &str, from_ms: u64) -> Result<Vec<String>> {
        let groups = self.logs_api("DescribeLogGroups", &json!({})).await?;
        let groups = groups["logGroups"].as_array().context("no log groups")?;
        let mut lines = Vec::new();
        for group in groups.iter().filter_map(|group| group["logGroupName"].as_str()) {
            self.log(group, pattern, from_ms, &mut lines).await?;
        }
        Ok(lines)
    }

    async fn log(&self, group: &str, pattern: &str, mut from_ms: u64, lines: &mut Vec<String>) -> Result<()> {
        for _ in 0..PAGES_MAX {
            let request = json!({ "logGroupName": group, "filterPattern": pattern, "startTime": from_ms });
            let page = self.logs_api("FilterLogEvents", &request).await?;
            let events = page["events"].as_array().cloned().unwrap_or_default();
            lines.extend(events.iter().filter_map(|event| event["message"].as_str()).map(str::to_owned));
            if events.len() < PAGE {
                return Ok(());
            }
            // The local cloud gives no token for the rest: it begins with the last line's millisecond.
            let last = events.last().and_then(|event| event["timestamp"].as_u64()).unwrap_or_default();
            from_ms = last.max(from_ms + 1);
        }
        bail!("{group} holds more than a look reads")
    }

    /// Asks again where the local cloud stumbles over a log that grows while it is read.
    async fn logs_api(&self, operation: &str, body: &Value) -> Result<Value> {
        let target = format!("Logs_20140328.{operation}");
        wait_until("the log can be read", WAIT, || async {
            match self.json_api("logs", &target, body).await {
                Err(error) if error.to_string().contains("changed size during iteration") => Ok(None),
                read => read.map(Some),
            }
        })
        .await
    }

    /// Writes a secret, new or not.
    ///
    /// # Errors
    /// The cloud does not answer.
    pub async fn put_secret(&self, name: &str, value: &Value) -> Result<()> {
        let create = json!({ "Name": name, "SecretString": value.to_string() });
        if self.json_api("secretsmanager", "secretsmanager.CreateSecret", &create).await.is_ok() {
            return Ok(());
        }
        let put = json!({ "SecretId": name, "SecretString": value.to_string() });
        self.json_api("secretsmanager", "secretsmanager.PutSecretValue", &put).await.map(|_| ())
    }

    /// Deletes a secret at once, where there is one.
    ///
    /// # Errors
    /// The cloud does not answer.
    pub async fn delete_secret(&self, name: &str) -> Result<()> {
        let request = json!({ "SecretId": name, "ForceDeleteWithoutRecovery": true });
        match self.json_api("secretsmanager", "secretsmanager.DeleteSecret", &request).await {
            // It was not there: what was wanted.
            Err(error) if error.to_string().contains("ResourceNotFoundException") => Ok(()),
            deleted => deleted.map(drop),
        }
    }

    /// A function's environment variables.
    ///
    /// # Errors
    /// There is no such function.
    pub async fn variables(&self, function: &str) -> Result<BTreeMap<String, String>> {
        let path = format!("/2015-03-31/functions/{function}/configuration");
        let found = self.lambda(reqwest::Method::GET, &path, None).await?;
        Ok(serde_json::from_value(found["Environment"]["Variables"].clone())?)
    }

    /// Gives a function other environment variables; its processes begin anew.
    ///
    /// # Errors
    /// There is no such function.
    pub async fn set_variables(&self, function: &str, variables: &BTreeMap<String, String>) -> Result<()> {
        let path = format!("/2015-03-31/functions/{function}/configuration");
        let body = json!({ "Environment": { "Variables": variables } });
        self.lambda(reqwest::Method::PUT, &path, Some(&body)).await.map(|_| ())
    }

    /// Runs a function to its end, as its schedule does.
    ///
    /// # Errors
    /// There is no such function, or it fails.
    pub async fn invoke(&self, function: &str) -> Result<()> {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let answer = self.lambda(reqwest::Method::POST, &path, Some(&json!({}))).await?;
        // A function that fails is answered with 200 and says so.
        anyhow::ensure!(answer.get("errorMessage").is_none(), "{function}: {answer}");
        Ok(())
    }

    /// The event source mappings of a function: their ids.
    ///
    /// # Errors
    /// The cloud does not answer.
    pub async fn mappings(&self, function: &str) -> Result<Vec<String>> {
        let path = format!("/2015-03-31/event-source-mappings?FunctionName={function}");
        let found = self.lambda(reqwest::Method::GET, &path, None).await?;
        let mappings = found["EventSourceMappings"].as_array().cloned().unwrap_or_default();
        Ok(mappings.iter().filter_map(|mapping| mapping["UUID"].as_str()).map(str::to_owned).collect())
    }

    /// Lets a mapping rest, or go on.
    ///
    /// # Errors
    /// There is no such mapping.
    pub async fn enable_mapping(&self, id: &str, enabled: bool) -> Result<()> {
        let path = format!("/2015-03-31/event-source-mappings/{id}");
        self.lambda(reqwest::Method::PUT, &path, Some(&json!({ "Enabled": enabled }))).await.map(|_| ())
    }

    /// Begins or ends the recording of calls to AWS.
    ///
    /// # Errors
    /// The cloud does not answer.
    pub async fn record_calls(&self, recording: bool) -> Result<()> {
        let body = json!({ "cloudtrail._recording_enabled": recording.to_string() });
        let request = self.http.post(format!("{}/_ministack/config", self.url)).body(body.to_string());
        read(request.send().await?, "recording").await.map(|_| ())
    }

    /// The calls that functions made since `from_s` (seconds since 1970) while calls were recorded, newest first.
    ///
    /// # Errors
    /// The cloud does not answer, or there were more than one page holds.
    pub async fn recorded_calls(&self, from_s: u64) -> Result<Vec<ApiCall>> {
        const CALLS_MAX: usize = 50;
        let request = json!({
            "LookupAttributes": [{ "AttributeKey": "AccessKeyId", "AttributeValue": FUNCTION_KEY }],
            "StartTime": from_s,
            "MaxResults": CALLS_MAX,
        });
        let target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";
        let found = self.json_api("cloudtrail", target, &request).await?;
        let events = found["Events"].as_array().cloned().unwrap_or_default();
        if events.len() >= CALLS_MAX {
            bail!("{} calls or more", events.len());
        }
        let call = |event: &Value| {
            let whole: Value = serde_json::from_str(event["CloudTrailEvent"].as_str().unwrap_or_default())?;
            Ok(ApiCall {
                name: event["EventName"].as_str().unwrap_or_default().to_owned(),
                parameters: whole["requestParameters"].clone(),
            })
        };
        events.iter().map(call).collect()
    }

    async fn json_api(&self, service: &str, target: &str, body: &Value) -> Result<Value> {
        let request = self
            .http
            .post(&self.url)
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", target)
            .header("authorization", authorization(service))
            .body(body.to_string());
        read(request.send().await?, target).await
    }

    async fn lambda(&self, method: reqwest::Method, path: &str, body: Option<&Value>) -> Result<Value> {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.url))
            .header("authorization", authorization("lambda"));
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        read(request.send().await?, path).await
    }
}

fn authorization(service: &str) -> String {
    let scope = format!("test/20260101/us-east-1/{service}/aws4_request");
    format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00")
}

async fn read(response: reqwest::Response, what: &str) -> Result<Value> {
    let status = response.status();
    let text = response.text().await?;
    if !status.is_success() {
        let excerpt: String = text.chars().take(EXCERPT_CHARS_MAX).collect();
        bail!("the local cloud's {what}: {status} {excerpt}");
    }
    if text.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_str(&text)?) }
}
